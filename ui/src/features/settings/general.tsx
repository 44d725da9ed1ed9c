import { SegmentedControl, Select, Switch } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import type { CloseBehaviour, Lang, Theme } from "@/generated/commands";
import { COUNTRIES, useFormat } from "@/i18n/format";
import { usePlatform } from "@/platform/context";
import { useSettings } from "./change";
import { Setting } from "./setting";

export function General() {
  const { t, i18n } = useTranslation();
  const { money, day, currency } = useFormat();
  const platform = usePlatform();
  const { settings, change } = useSettings();
  const countries = useMemo(() => {
    const names = new Intl.DisplayNames(i18n.language, { type: "region" });
    return COUNTRIES.map((code) => ({ value: code, label: names.of(code) ?? code })).sort((a, b) =>
      a.label.localeCompare(b.label),
    );
  }, [i18n.language]);
  // A machine's own zone may be one that the browser only knows by another name: UTC is.
  const zones = useMemo(
    () => [...new Set([...Intl.supportedValuesOf("timeZone"), settings?.zone ?? "UTC"])].sort(),
    [settings?.zone],
  );
  if (!settings) return <Bones />;
  return (
    <div className="card">
      <Setting label={t("settings.general.lang")}>
        {(named) => (
          <SegmentedControl
            {...named}
            fullWidth
            data={LANGS}
            value={settings.lang}
            onChange={(lang) => change({ lang: lang as Lang })}
          />
        )}
      </Setting>
      <Setting label={t("settings.general.theme")}>
        {(named) => (
          <SegmentedControl
            {...named}
            fullWidth
            data={THEMES.map((theme) => ({ value: theme, label: t(`common.theme.${theme}`) }))}
            value={settings.theme}
            onChange={(theme) => change({ theme: theme as Theme })}
          />
        )}
      </Setting>
      <Setting
        label={t("settings.general.country")}
        hint={t("settings.general.country_hint", {
          money: money("1234567.5"),
          day: day("2026-11-25"),
          currency,
        })}
      >
        {(named) => (
          <Select
            {...named}
            data={countries}
            value={settings.country}
            onChange={(country) => country && change({ country })}
            searchable
            allowDeselect={false}
          />
        )}
      </Setting>
      <Setting label={t("settings.general.zone")} hint={t("settings.general.zone_hint")}>
        {(named) => (
          <Select
            {...named}
            data={zones}
            value={settings.zone}
            onChange={(zone) => zone && change({ zone })}
            searchable
            limit={100}
            allowDeselect={false}
          />
        )}
      </Setting>
      {platform.can.window ? (
        <>
          <Setting label={t("settings.general.close")} hint={t("settings.general.close_hint")}>
            {(named) => (
              <SegmentedControl
                {...named}
                fullWidth
                data={CLOSES.map((close) => ({
                  value: close,
                  label: t(`settings.general.${close}`),
                }))}
                value={settings.close}
                onChange={(close) => change({ close: close as CloseBehaviour })}
              />
            )}
          </Setting>
          <Setting
            label={t("settings.general.notifications")}
            hint={t("settings.general.notifications_hint")}
          >
            {(named) => (
              <Switch
                {...named}
                checked={settings.notifications}
                onChange={(event) => change({ notifications: event.currentTarget.checked })}
              />
            )}
          </Setting>
          <Setting
            label={t("settings.general.autostart")}
            hint={t("settings.general.autostart_hint")}
          >
            {(named) => (
              <Switch
                {...named}
                checked={settings.autostart}
                onChange={(event) => change({ autostart: event.currentTarget.checked })}
              />
            )}
          </Setting>
        </>
      ) : null}
    </div>
  );
}

const LANGS = [
  { value: "es", label: "Español" },
  { value: "en", label: "English" },
];
const THEMES: Theme[] = ["system", "light", "dark"];
const CLOSES: CloseBehaviour[] = ["tray", "quit"];
