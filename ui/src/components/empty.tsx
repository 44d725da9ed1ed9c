import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** What this place does for you, and the button that starts. */
export function Empty({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      className="stack"
      style={{ alignItems: "center", textAlign: "center", maxWidth: 460, margin: "0 auto" }}
    >
      <Icon size={32} stroke={1.5} className="dim" aria-hidden="true" />
      <h2>{title}</h2>
      {children ? <p className="dim">{children}</p> : null}
      {action ? (
        <div className="row" data-wrap style={{ marginTop: 6, justifyContent: "center" }}>
          {action}
        </div>
      ) : null}
    </div>
  );
}

/** Lines where text will stand. */
export function Bones({ lines = 4 }: { lines?: number }) {
  return (
    <div className="stack" aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing but its place tells one from another
        <span key={line} className="bone" style={{ width: `${90 - ((line * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
