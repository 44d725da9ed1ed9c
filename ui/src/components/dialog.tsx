import { Modal } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/**
 * A question or a form over the page, for as long as it is rendered. A click beside it closes nothing: the second one
 * of a double click lands there, and so does a slip of the hand on what was typed.
 */
export function Dialog({
  title,
  size,
  onClose,
  children,
}: {
  title: ReactNode;
  size?: number;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal
      opened
      size={size}
      onClose={onClose}
      closeOnClickOutside={false}
      title={title}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {children}
    </Modal>
  );
}

/** Whoever works by keyboard goes on where they were; where that is gone, at the beginning of the page's content. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const { activeElement } = document;
      if (activeElement !== null && activeElement !== document.body) return;
      const there = before instanceof HTMLElement && before !== document.body && before.isConnected;
      (there ? before : document.getElementById("main"))?.focus({ preventScroll: true });
    },
    [before],
  );
}
