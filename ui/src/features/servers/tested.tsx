import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { ServerTested } from "@/generated/commands";

/** What is on the other side, and what a technician should know about it. */
export function TestedView({ tested }: { tested: ServerTested }) {
  const { t } = useTranslation();
  const { info } = tested;
  return (
    <div className="good" role="status">
      <IconCircleCheck size={18} aria-hidden="true" />
      <div className="grow stack">
        <div>
          <p className="strong">
            {info
              ? t("servers.tested.answers", { engine: info.engine, version: info.version })
              : t("servers.tested.files")}
          </p>
          {tested.warnings.includes("no_companies") ? null : (
            <p>{t("servers.tested.companies", { count: tested.companies })}</p>
          )}
          {info ? (
            <p className="dim small">
              {t(info.dialect === 0 ? "servers.tested.more_sql" : "servers.tested.more", {
                dialect: info.dialect,
                charset: info.charset,
                user: info.user,
                encryption: info.encryption ?? t("servers.tested.plain"),
              })}
            </p>
          ) : null}
        </div>
        <Warnings names={tested.warnings} />
      </div>
    </div>
  );
}

/** What a technician should know of a server that answers. */
export function Warnings({ names }: { names: string[] }) {
  return names.map((name) => (
    <p key={name} className="row" style={{ alignItems: "flex-start", color: "var(--warn)" }}>
      <IconAlertTriangle size={16} aria-hidden="true" style={{ flex: "none", marginTop: 1 }} />
      {warning(name)}
    </p>
  ));
}

function warning(name: string): string {
  const key = `servers.warning.${name}`;
  return i18next.exists(key) ? String(i18next.t(key as never)) : name;
}
