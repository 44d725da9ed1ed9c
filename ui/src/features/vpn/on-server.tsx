import { Button } from "@mantine/core";
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconPencil,
  IconServerBolt,
  IconUsers,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/link-button";
import { State } from "@/components/state";
import type { Vpn, VpnPeer } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAsked } from "@/platform/commands";
import { useSince } from "./looks";
import { ServerTrouble } from "./relogin";

/** A question to the server over SSH, and when it was answered. */
export function useAskServer(vpn: Vpn) {
  const asked = useAsked("vpn.ask");
  const [at, setAt] = useState(0);
  const ask = async () => {
    await asked.run({ vpn: String(vpn.id) });
    setAt(Date.now());
  };
  return { ...asked, ask, at };
}

/** How the server sees this PC, and what that means. */
export function SeenByServer({ vpn, ask }: { vpn: Vpn; ask: ReturnType<typeof useAskServer> }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const since = useSince();
  const { data } = ask;
  const { port } = vpn.tunnel;
  return (
    <div className="stack">
      <div>
        <Button
          variant="default"
          leftSection={<IconServerBolt size={15} aria-hidden="true" />}
          loading={ask.running}
          onClick={() => void ask.ask()}
        >
          {t("vpn.ask.button")}
        </Button>
      </div>
      {ask.error ? (
        <ServerTrouble vpn={vpn} error={ask.error} onTrusted={() => void ask.ask()} />
      ) : null}
      {data ? (
        <div className="stack" role="status">
          {!data.known ? (
            <State tone="bad" icon={IconCircleX}>
              {t("vpn.ask.unknown")}
            </State>
          ) : data.handshake_seconds === null ? (
            <State tone="plain" icon={IconCircleDashed}>
              {t("vpn.ask.never")}
            </State>
          ) : (
            <State tone="good" icon={IconCircleCheck}>
              {t("vpn.ask.known", { ago: since(data.handshake_seconds, ask.at) })}
            </State>
          )}
          <p className="dim small">
            {!data.known
              ? t("vpn.ask.unknown_text")
              : data.handshake_seconds === null
                ? t("vpn.ask.never_text", { port })
                : t("vpn.ask.known_text", {
                    received: bytes(data.received),
                    sent: bytes(data.sent),
                    endpoint: data.endpoint ?? "",
                  })}
          </p>
        </div>
      ) : null}
    </div>
  );
}

/** What only the server knows: how it sees this PC, and who else is there. */
export function OnServer({ vpn }: { vpn: Vpn }) {
  const { t } = useTranslation();
  const ask = useAskServer(vpn);
  const all = useAsked("vpn.peers");
  const [at, setAt] = useState(0);
  const look = async () => {
    await all.run({ vpn: String(vpn.id) });
    setAt(Date.now());
  };
  return (
    <section className="stack" aria-label={t("vpn.server.title")}>
      <h3>{t("vpn.server.title")}</h3>
      <p className="dim small">{t("vpn.server.text")}</p>
      <SeenByServer vpn={vpn} ask={ask} />
      <div className="row" data-wrap>
        <Button
          variant="default"
          leftSection={<IconUsers size={15} aria-hidden="true" />}
          loading={all.running}
          onClick={() => void look()}
        >
          {t("vpn.peers.button")}
        </Button>
        <LinkButton
          to="/vpn"
          search={{ open: vpn.id, edit: true }}
          variant="default"
          leftSection={<IconPencil size={15} aria-hidden="true" />}
        >
          {t("vpn.relogin.button")}
        </LinkButton>
      </div>
      {all.error ? (
        <ServerTrouble vpn={vpn} error={all.error} onTrusted={() => void look()} />
      ) : null}
      {all.data ? <Peers peers={all.data} own={vpn.public_key} at={at} /> : null}
    </section>
  );
}

function Peers({ peers, own, at }: { peers: VpnPeer[]; own: string; at: number }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const since = useSince();
  if (peers.length === 0) return <p className="dim">{t("vpn.peers.none")}</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section style={{ overflow: "auto" }} tabIndex={0} aria-label={t("vpn.peers.title")}>
        <table className="plain" aria-label={t("vpn.peers.title")}>
          <thead>
            <tr>
              <th scope="col">{t("vpn.col.name")}</th>
              <th scope="col">{t("vpn.peers.address")}</th>
              <th scope="col">{t("vpn.col.handshake")}</th>
              <th scope="col" className="num">
                {t("vpn.col.received")}
              </th>
              <th scope="col" className="num">
                {t("vpn.col.sent")}
              </th>
              <th scope="col">{t("vpn.peers.key")}</th>
            </tr>
          </thead>
          <tbody>
            {peers.map((peer) => (
              <tr key={peer.public_key}>
                <td>
                  {peer.public_key === own ? (
                    <span className="strong">{t("vpn.peers.this")}</span>
                  ) : peer.name === null ? (
                    <span className="dim">{t("vpn.peers.foreign")}</span>
                  ) : (
                    peer.name
                  )}
                </td>
                <td>{peer.allowed.join(", ")}</td>
                <td>
                  {!peer.live
                    ? t("vpn.peers.only_kept")
                    : peer.kept
                      ? since(peer.handshake_seconds, at)
                      : t("vpn.peers.only_live")}
                </td>
                <td className="num">{bytes(peer.received)}</td>
                <td className="num">{bytes(peer.sent)}</td>
                <td className="mono">{peer.public_key}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="dim small">{t("vpn.peers.text")}</p>
    </>
  );
}
