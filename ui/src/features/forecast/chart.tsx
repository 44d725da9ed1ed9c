// What the charts of this tab share.
export const TICK = { fill: "var(--text-dim)", fontSize: 11 };

export function Key({
  color,
  faint,
  children,
}: {
  color: string;
  faint?: boolean;
  children: string;
}) {
  return (
    <span className="row small dim" style={{ gap: 5 }}>
      <span
        aria-hidden="true"
        style={{
          width: 10,
          height: 10,
          borderRadius: 2,
          background: color,
          opacity: faint ? 0.3 : 1,
        }}
      />
      {children}
    </span>
  );
}
