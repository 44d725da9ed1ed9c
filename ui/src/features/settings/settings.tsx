import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SECTIONS, type Section } from "@/routes";
import { AboutSection } from "./about";
import { Backups } from "./backups";
import { Diagnostics } from "./diagnostics";
import { ForecastSection } from "./forecast";
import { General } from "./general";
import { Network } from "./network";
import { Schedules } from "./schedules";

const BODIES: Record<Section, () => React.ReactNode> = {
  general: General,
  schedules: Schedules,
  backups: Backups,
  network: Network,
  forecast: ForecastSection,
  diagnostics: Diagnostics,
  about: AboutSection,
};

export default function SettingsPage() {
  const { t } = useTranslation();
  const { section = "general" } = useSearch({ from: "/configuracion" });
  const navigate = useNavigate({ from: "/configuracion" });
  const Body = BODIES[section];
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <div className="page-head">
          <h1>{t("common.tab.settings")}</h1>
        </div>
        <div className="settings">
          <nav className="settings-nav" aria-label={t("common.tab.settings")}>
            {SECTIONS.map((name) => (
              <button
                key={name}
                type="button"
                className="rail-link"
                aria-current={name === section ? "page" : undefined}
                onClick={() => void navigate({ search: { section: name }, replace: true })}
              >
                {t(`settings.${name}.title`)}
              </button>
            ))}
          </nav>
          <div className="settings-body stack" data-gap="big">
            <h2>{t(`settings.${section}.title`)}</h2>
            <Body />
          </div>
        </div>
      </div>
    </div>
  );
}
