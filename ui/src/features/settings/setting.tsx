import { type ReactNode, useId } from "react";

/** One setting: what it is, what it does, and its field. */
export function Setting({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string | undefined;
  children: (labelledBy: { "aria-labelledby": string; "aria-describedby": string }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="setting">
      <div>
        <div id={id}>{label}</div>
        <div id={`${id}-hint`} className="dim small">
          {hint}
        </div>
      </div>
      <div>{children({ "aria-labelledby": id, "aria-describedby": `${id}-hint` })}</div>
    </div>
  );
}
