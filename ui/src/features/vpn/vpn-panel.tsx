import { Button } from "@mantine/core";
import {
  IconAlertTriangle,
  IconDownload,
  IconPlugConnectedX,
  IconQrcode,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@/components/panel";
import { done, failed } from "@/components/toast";
import type { Server, Vpn, VpnWholePc } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { CommandError } from "@/platform/platform";
import { Connect } from "./connect";
import { Dangers } from "./dangers";
import { endpointOf, type Seen, useSince, VpnStateView } from "./looks";
import { OnServer } from "./on-server";
import { Copyable } from "./preview";
import { ServerTrouble } from "./relogin";
import { ExportDialog, QrDialog } from "./secrets";
import { isLeft, LastWork, useWork } from "./work";

export function VpnPanel({
  vpn,
  wholePc,
  servers,
  onClose,
}: {
  vpn: Seen;
  /** What is known of the whole PC, once it was asked for. */
  wholePc: VpnWholePc | undefined;
  /** Servers that are reached through it. */
  servers: Server[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<"conf" | "qr" | null>(null);
  const work = useWork(vpn);
  const disconnect = useAction("vpn.disconnect");
  const retry = useAction("vpn.retry");
  const active = vpn.state === "active";
  /** What the server has not done yet is asked of it again; what it has done, it says. */
  const again = () => {
    if (isLeft(vpn)) retry.mutate({ vpn: String(vpn.id) }, { onError: failed });
  };
  return (
    <Panel
      wide
      title={vpn.name}
      sub={<VpnStateView vpn={vpn} />}
      onClose={onClose}
      foot={
        active ? (
          <>
            {vpn.status ? (
              <Button
                variant="default"
                leftSection={<IconPlugConnectedX size={15} aria-hidden="true" />}
                loading={disconnect.isPending}
                onClick={() =>
                  disconnect.mutate(
                    { vpn: String(vpn.id) },
                    {
                      onSuccess: () => done(t("vpn.disconnected", { name: vpn.name })),
                      onError: failed,
                    },
                  )
                }
              >
                {t("vpn.disconnect")}
              </Button>
            ) : null}
            <Button
              variant="default"
              leftSection={<IconDownload size={15} aria-hidden="true" />}
              onClick={() => setSecret("conf")}
            >
              {t("vpn.export.one")}
            </Button>
            <Button
              variant="default"
              leftSection={<IconQrcode size={15} aria-hidden="true" />}
              onClick={() => setSecret("qr")}
            >
              {t("vpn.qr.button")}
            </Button>
          </>
        ) : null
      }
    >
      <div className="stack" data-gap="big">
        {vpn.last_error && !work.running ? (
          <ServerTrouble vpn={vpn} error={new CommandError(vpn.last_error)} onTrusted={again} />
        ) : null}
        <LastWork vpn={vpn} work={work} onAgain={again} />
        {vpn.whole === "lost" ? <Lost vpn={vpn} /> : null}
        {vpn.status ? <Tunnel vpn={vpn} /> : null}
        {vpn.held_by !== null ? <Held process={vpn.held_by} /> : null}
        {active && vpn.whole !== "in" && vpn.held_by === null ? (
          <Connect vpn={vpn} servers={servers} wholePc={wholePc} onConf={() => setSecret("conf")} />
        ) : null}
        <Users servers={servers} />
        <Facts vpn={vpn} />
        {vpn.remote ? <OnServer vpn={vpn} /> : null}
        <Dangers vpn={vpn} servers={servers} busy={work.running !== null} onGone={onClose} />
      </div>
      {secret === "conf" ? <ExportDialog vpns={[vpn]} onClose={() => setSecret(null)} /> : null}
      {secret === "qr" ? <QrDialog vpn={vpn} onClose={() => setSecret(null)} /> : null}
    </Panel>
  );
}

/** The whole PC was in it, and nobody ended that. */
function Lost({ vpn }: { vpn: Vpn }) {
  const { t } = useTranslation();
  const disconnect = useAction("vpn.disconnect");
  return (
    <div className="trouble" data-severity="warning" role="alert">
      <IconAlertTriangle className="trouble-icon" size={18} aria-hidden="true" />
      <div className="grow stack">
        <p className="strong">{t("vpn.whole.lost")}</p>
        <p>{t("vpn.whole.lost_text")}</p>
        <div>
          <Button
            variant="default"
            loading={disconnect.isPending}
            onClick={() => disconnect.mutate({ vpn: String(vpn.id) }, { onError: failed })}
          >
            {t("vpn.whole.leave")}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** Another process of Puente has it open, and only there can it be ended. */
function Held({ process }: { process: number }) {
  const { t } = useTranslation();
  const title = t("vpn.held.title");
  return (
    <section className="card stack" aria-label={title}>
      <h3>{title}</h3>
      <p>{t("vpn.held.text", { process: String(process) })}</p>
      <p className="dim small">{t("vpn.held.way_out")}</p>
    </section>
  );
}

/** The tunnel that there is, and the ports of this PC that lead through it. */
function Tunnel({ vpn }: { vpn: Seen }) {
  const { t } = useTranslation();
  const { bytes, count } = useFormat();
  const since = useSince();
  const { status, doors, whole, at, tunnel } = vpn;
  if (!status) return null;
  const title = t(whole === "in" ? "vpn.whole.tunnel" : "vpn.tunnel.title");
  return (
    <section className="card stack" aria-label={title}>
      <h3>{title}</h3>
      {whole === "in" ? (
        <p className="dim small">{t("vpn.whole.is_in", { networks: tunnel.allowed.join(", ") })}</p>
      ) : null}
      <dl className="facts">
        <dt>{t("vpn.col.handshake")}</dt>
        <dd>{since(status.handshake_seconds, at)}</dd>
        <dt>{t("vpn.tunnel.bytes")}</dt>
        <dd>
          {t("vpn.tunnel.both", { received: bytes(status.received), sent: bytes(status.sent) })}
        </dd>
        {status.endpoint ? (
          <>
            <dt>{t("vpn.col.endpoint")}</dt>
            <dd>{status.endpoint}</dd>
          </>
        ) : null}
        {whole === "in" ? null : (
          <>
            <dt>{t("vpn.tunnel.connections")}</dt>
            <dd>{count(status.connections)}</dd>
          </>
        )}
        {status.trouble ? (
          <>
            <dt>{t("vpn.tunnel.trouble")}</dt>
            <dd className="mono">{status.trouble}</dd>
          </>
        ) : null}
      </dl>
      {doors.map(({ local, target }) => (
        <div key={local} className="stack" style={{ gap: 2 }}>
          <span className="dim small">{t("vpn.tunnel.door", { target })}</span>
          <Copyable text={local} label={t("vpn.tunnel.copy_door", { target })} />
        </div>
      ))}
    </section>
  );
}

function Users({ servers }: { servers: Server[] }) {
  const { t } = useTranslation();
  return (
    <section className="stack" aria-label={t("vpn.users.title")}>
      <h3>{t("vpn.users.title")}</h3>
      {servers.length === 0 ? <p className="dim">{t("vpn.users.none")}</p> : null}
      {servers.map(({ id, name, host, port }) => (
        <div key={id} className="row">
          <Link to="/servidores" search={{ open: id }} className="clip" dir="auto">
            {name}
          </Link>
          <span className="dim">{endpointOf({ host, port })}</span>
        </div>
      ))}
    </section>
  );
}

function Facts({ vpn }: { vpn: Vpn }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { tunnel, remote } = vpn;
  const sites = [tunnel, ...(tunnel.others ?? [])];
  const facts: [string, string, boolean?][] = [
    [t("vpn.col.address"), tunnel.addresses.join(", ")],
    [t("vpn.fact.endpoint"), sites.map(endpointOf).join(", ")],
    [t("vpn.fact.allowed"), sites.flatMap(({ allowed }) => allowed).join(", ")],
    [t("vpn.fact.dns"), tunnel.dns.join(", ")],
    [t("vpn.fact.mtu"), tunnel.mtu === null ? "" : String(tunnel.mtu)],
    [
      t("vpn.fact.keepalive"),
      tunnel.keepalive === null ? "" : t("vpn.fact.seconds", { seconds: tunnel.keepalive }),
    ],
    [t("vpn.field.preshared"), t(tunnel.preshared ? "vpn.yes" : "vpn.no")],
    [t("vpn.fact.public_key"), vpn.public_key, true],
    [t("vpn.fact.server_key"), tunnel.server_key, true],
    [t("vpn.fact.created"), moment(vpn.created_at)],
  ];
  if (remote) {
    facts.push(
      [t("vpn.fact.ssh"), `${remote.user}@${endpointOf(remote)}`],
      [t("vpn.field.interface"), remote.interface],
      [t("vpn.field.fingerprint"), remote.fingerprint, true],
    );
  }
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== "")
        .map(([name, value, mono]) => (
          <Fact key={name} name={name} value={value} mono={mono === true} />
        ))}
    </dl>
  );
}

function Fact({ name, value, mono }: { name: string; value: string; mono: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={mono ? "mono" : undefined}>{value}</dd>
    </>
  );
}
