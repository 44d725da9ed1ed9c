import { type ReactNode, useEffect, useRef } from "react";

/**
 * What a form says after a button was pressed, brought into sight: it stands at the end of the form, where a small
 * window doesn't reach, and the button would seem to do nothing.
 */
export function Answer({ of, children }: { of: unknown; children: ReactNode }) {
  const whole = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which is no way to end an effect.
    if (of) void whole.current?.scrollIntoView?.({ block: "nearest" });
  }, [of]);
  if (!of) return null;
  return (
    <div className="stack" ref={whole}>
      {children}
    </div>
  );
}
