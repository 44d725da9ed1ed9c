import { useTranslation } from "react-i18next";
import type { Vpn } from "@/generated/commands";
import { SeenByServer, useAskServer } from "./on-server";

/** Nobody answered: what to open, and what only the server can tell. */
export function Diagnosis({ vpn }: { vpn: Vpn }) {
  const { t } = useTranslation();
  const ask = useAskServer(vpn);
  const { host, port } = vpn.tunnel;
  return (
    <section className="card stack" aria-label={t("vpn.diagnosis.title")}>
      <h3>{t("vpn.diagnosis.title")}</h3>
      <ol className="plain-list">
        <li>{t("vpn.diagnosis.here", { host, port })}</li>
        <li>{t("vpn.diagnosis.router", { port })}</li>
        <li>{t("vpn.diagnosis.firewall", { port })}</li>
        <li>{t("vpn.diagnosis.keys")}</li>
      </ol>
      {vpn.remote ? (
        <>
          <p className="dim small">{t("vpn.diagnosis.ask_text")}</p>
          <SeenByServer vpn={vpn} ask={ask} />
        </>
      ) : null}
    </section>
  );
}
