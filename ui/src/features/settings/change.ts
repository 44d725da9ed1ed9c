import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { Settings } from "@/generated/commands";
import { useAction, useCommand } from "@/platform/commands";

/** Settings apply at once, and each change can be undone. */
export function useSettings(): {
  settings: Settings | undefined;
  change: (change: Partial<Settings>) => void;
} {
  const { t } = useTranslation();
  const settings = useCommand("settings.get", {}).data;
  const set = useAction("settings.set");
  const change = (change: Partial<Settings>) => {
    if (!settings) return;
    const before = Object.fromEntries(
      Object.keys(change).map((key) => [key, settings[key as keyof Settings]]),
    ) as Partial<Settings>;
    set.mutate(change, {
      onSuccess: () => done(t("settings.saved"), () => set.mutate(before, { onError: failed })),
      onError: failed,
    });
  };
  return { settings, change };
}
