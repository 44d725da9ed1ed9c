import { Button, SegmentedControl } from "@mantine/core";
import { IconDeviceDesktopUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { VpnWholePc } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { viewOf } from "@/platform/platform";
import { Diagnosis } from "./diagnosis";
import type { Seen } from "./looks";
import { Copyable } from "./preview";

export const MODES = ["inside", "system"] as const;
export type Mode = (typeof MODES)[number];

/** Only what Puente does goes through the VPN, or whatever any program does. */
export function ModeChoice({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t("vpn.mode.title")}
      data={MODES.map((value) => ({ value, label: t(`vpn.mode.${value}`) }))}
      value={mode}
      onChange={(value) => onChange(value as Mode)}
    />
  );
}

/** Puts the whole PC in the VPN; where nobody can yet, says what brings it. */
export function ConnectWholePc({
  vpn,
  wholePc,
  onConf,
}: {
  vpn: Seen;
  wholePc: VpnWholePc;
  onConf: () => void;
}) {
  const { t } = useTranslation();
  const connect = useAction("vpn.connect");
  const [asked, setAsked] = useState(false);
  const { name, tunnel } = vpn;
  const networks = tunnel.allowed.join(", ");
  return (
    <div className="stack">
      <p className="dim small">{t("vpn.whole.text", { networks })}</p>
      {wholePc.ability === "ready" ? (
        <div className="row">
          <Button
            leftSection={<IconDeviceDesktopUp size={15} aria-hidden="true" />}
            loading={connect.isPending}
            onClick={() => setAsked(true)}
          >
            {t("vpn.whole.button")}
          </Button>
        </div>
      ) : (
        <WayIn wholePc={wholePc} onConf={onConf} />
      )}
      {connect.error ? <Trouble error={connect.error} /> : null}
      {connect.error && viewOf(connect.error).code === "VPN_NO_HANDSHAKE" ? (
        <Diagnosis vpn={vpn} />
      ) : null}
      {asked ? (
        <Confirm
          calm
          title={t("vpn.whole.title", { name })}
          verb={t("vpn.whole.button")}
          onClose={() => setAsked(false)}
          onConfirm={() =>
            connect.mutateAsync({ vpn: String(vpn.id), mode: "system" }).then(
              () => done(t("vpn.whole.done", { name })),
              // It is told where it was asked for, with what can be done about it.
              () => undefined,
            )
          }
        >
          <p>{t("vpn.whole.leads", { networks })}</p>
          <p>{t("vpn.whole.stays")}</p>
          {vpn.status ? <p>{t("vpn.whole.cuts")}</p> : null}
          {wholePc.way === "official" ? <p>{t("vpn.whole.windows")}</p> : null}
        </Confirm>
      ) : null}
    </div>
  );
}

/** What is missing on this PC, and who brings it how. */
function WayIn({
  wholePc: { way, ability, commands },
  onConf,
}: {
  wholePc: VpnWholePc;
  onConf: () => void;
}) {
  const { t } = useTranslation();
  const title = t("vpn.way.title");
  return (
    <section className="card stack" aria-label={title}>
      <h3>{title}</h3>
      {way === "helper" ? (
        <>
          <p>{t(`vpn.way.${ability as "missing"}`)}</p>
          <p className="dim small">{t("vpn.way.commands", { count: commands.length })}</p>
          {commands.map((command) => (
            <Copyable key={command} text={command} />
          ))}
          <p className="dim small">{t("vpn.way.again")}</p>
        </>
      ) : (
        <>
          <p>{t(`vpn.way.${way}`)}</p>
          {way === "application" ? (
            <div>
              <Button variant="default" onClick={onConf}>
                {t("vpn.export.one")}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </section>
  );
}
