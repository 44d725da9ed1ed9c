import { Button } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import i18next from "i18next";
import { viewOf } from "@/platform/platform";
import { TroubleView } from "./trouble";

/**
 * Where they stand: below the tabs, in a column as wide as theirs, the one place that never holds a button. Many of
 * them, or a long one, scroll instead of growing over the tabs.
 */
export function Toasts() {
  return (
    <Notifications
      className="toasts"
      position="bottom-left"
      limit={4}
      containerWidth={168}
      notificationMaxHeight={600}
    />
  );
}

/** The last of what was done that nobody can undo. */
let said = "";

/**
 * Says that something was done, in place of what was said before: a pile of them lies over buttons, and the newest
 * would wait until the oldest is gone. Where it can be undone, with the button that does it.
 */
export function done(message: string, undo?: () => void): void {
  const id = `done-${Math.random().toString(36).slice(2)}`;
  if (!undo) {
    notifications.hide(said);
    said = id;
  }
  notifications.show({
    id,
    color: "accent",
    className: "toast",
    autoClose: undo ? 10_000 : 5000,
    withBorder: true,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
    message: (
      <span className="stack">
        <span className="wrap">{message}</span>
        {undo ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {i18next.t("common.undo")}
          </Button>
        ) : null}
      </span>
    ),
  });
}

/** Says that something failed, with the reason and the way out. */
export function failed(error: unknown): void {
  const view = viewOf(error);
  if (view.code === "CANCELLED") return;
  notifications.show({
    color: view.severity === "failure" ? "red" : "yellow",
    className: "toast",
    autoClose: 15_000,
    withBorder: true,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
    message: <TroubleView view={view} />,
  });
}
