/** Puente's mark: a bridge. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect width="24" height="24" rx="5" fill="var(--mantine-color-accent-7)" />
      <path
        d="M3.5 15.5h17M7 15.5V8m10 7.5V8M3.5 12.5C5.4 11.8 6.6 10 7 8c.9 3.4 3 5 5 5s4.1-1.6 5-5c.4 2 1.6 3.8 3.5 4.5"
        stroke="#fff"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </svg>
  );
}
