import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFocusBack } from "./dialog";

/** The details, to the right of a list that keeps its place. Escape closes it. A form begins at its first field. */
export function Panel({
  title,
  sub,
  wide,
  foot,
  onClose,
  children,
}: {
  title: ReactNode;
  sub?: ReactNode;
  wide?: boolean;
  /** Actions; none where there is nothing to do. */
  foot?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  const body = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  useFocusBack();
  useEffect(() => {
    body.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    // What lies over the panel closes first, and is gone before the key has come down to the panel.
    let covered = false;
    const look = () => {
      covered = document.querySelector('[role="dialog"], [aria-expanded="true"]') !== null;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && !covered) close.current();
    };
    window.addEventListener("keydown", look, { capture: true });
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", look, { capture: true });
      window.removeEventListener("keydown", onKey);
    };
  }, []);
  return (
    <aside className="panel" data-wide={wide || undefined} aria-labelledby={id}>
      <div className="panel-head">
        <div className="grow">
          <h2 id={id} className="wrap" dir="auto">
            {title}
          </h2>
          {sub ? <div className="dim small wrap">{sub}</div> : null}
        </div>
        <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label={t("common.close")}>
          <IconX size={16} aria-hidden="true" />
        </ActionIcon>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section ref={body} className="panel-body" tabIndex={0} aria-labelledby={id}>
        {children}
      </section>
      {foot ? <div className="panel-foot">{foot}</div> : null}
    </aside>
  );
}
