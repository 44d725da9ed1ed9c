import { useTranslation } from "react-i18next";
import { done, failed } from "@/components/toast";
import type { SettingsChange, SettingsView } from "@/generated/commands";
import { useAction, useCommand } from "@/platform/commands";

/** Settings apply at once, and each change can be undone. */
export function useSettings(): {
  settings: SettingsView | undefined;
  change: (change: SettingsChange) => void;
} {
  const { t } = useTranslation();
  const settings = useCommand("settings.get", {}).data;
  const set = useAction("settings.set");
  const change = (change: SettingsChange) => {
    if (!settings) return;
    const before = Object.fromEntries(
      Object.keys(change).map((key) => [key, settings[key as keyof SettingsView] ?? ""]),
    ) as SettingsChange;
    set.mutate(change, {
      onSuccess: () => done(t("settings.saved"), () => set.mutate(before, { onError: failed })),
      onError: failed,
    });
  };
  return { settings, change };
}
