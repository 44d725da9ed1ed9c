import { Button, TextInput } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Server, Vpn } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { viewOf } from "@/platform/platform";
import { endpointOf } from "./looks";
import { SeenByServer, useAskServer } from "./on-server";

/** Opens the tunnel inside this program, which needs no administrator, and a port that leads through it. */
export function Connect({ vpn, servers }: { vpn: Vpn; servers: Server[] }) {
  const { t } = useTranslation();
  const connect = useAction("vpn.connect");
  const [target, setTarget] = useState("");
  const [port, setPort] = useState("");
  const local = port.trim();
  const badPort = local !== "" && !(/^\d{1,5}$/.test(local) && +local > 0 && +local < 65_536);
  const badTarget = target.trim() !== "" && !/^\S+:\d{1,5}$/.test(target.trim());
  const open = () => {
    if (badPort || badTarget) return;
    connect.mutate(
      {
        vpn: String(vpn.id),
        target: target.trim() || null,
        port: local === "" ? null : Number(local),
      },
      {
        onSuccess: (made) =>
          done(
            made.local
              ? t("vpn.connect.door", { local: made.local, target: target.trim() })
              : t("vpn.connect.done", { name: vpn.name }),
          ),
      },
    );
  };
  const hosts = servers.filter(({ host }) => host !== "").map(endpointOf);
  return (
    <form
      className="stack"
      aria-label={t("vpn.connect.title")}
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <h3>{t("vpn.connect.title")}</h3>
      <p className="dim small">{t("vpn.connect.text")}</p>
      <div className="row" style={{ alignItems: "flex-start" }}>
        <TextInput
          className="grow"
          label={t("vpn.connect.target")}
          description={t("vpn.connect.target_hint")}
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
          error={badTarget ? t("vpn.connect.bad_target") : undefined}
          spellCheck={false}
          autoComplete="off"
        />
        <TextInput
          w={130}
          label={t("vpn.connect.port")}
          description={t("vpn.connect.port_hint")}
          value={port}
          onChange={(event) => setPort(event.currentTarget.value)}
          error={badPort ? t("vpn.wrong.port") : undefined}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
      {hosts.length > 0 ? (
        <div className="row" data-wrap>
          {[...new Set(hosts)].map((host) => (
            <button key={host} type="button" className="chip" onClick={() => setTarget(host)}>
              {host}
            </button>
          ))}
        </div>
      ) : null}
      <div className="row">
        <Button
          type="submit"
          disabled={badPort || badTarget}
          loading={connect.isPending}
          leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
        >
          {t("vpn.connect.button")}
        </Button>
      </div>
      {connect.error ? <Trouble error={connect.error} /> : null}
      {connect.error && viewOf(connect.error).code === "VPN_NO_HANDSHAKE" ? (
        <Diagnosis vpn={vpn} />
      ) : null}
    </form>
  );
}

/** Nobody answered: what to open, and what only the server can tell. */
function Diagnosis({ vpn }: { vpn: Vpn }) {
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
