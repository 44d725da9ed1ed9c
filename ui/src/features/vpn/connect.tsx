import { Button, TextInput } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Server, Vpn, VpnWholePc } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { viewOf } from "@/platform/platform";
import { Diagnosis } from "./diagnosis";
import { endpointOf, type Seen } from "./looks";
import { ConnectWholePc, type Mode, ModeChoice } from "./whole-pc";

/** Connects Puente alone, which is the usual way, or the whole PC. */
export function Connect({
  vpn,
  servers,
  wholePc,
  onConf,
}: {
  vpn: Seen;
  servers: Server[];
  wholePc: VpnWholePc | undefined;
  /** Gives its file out. */
  onConf: () => void;
}) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<Mode>(vpn.whole === "lost" ? "system" : "inside");
  return (
    <section className="stack" aria-label={t("vpn.connect.title")}>
      <h3>{t("vpn.connect.title")}</h3>
      {wholePc ? <ModeChoice mode={mode} onChange={setMode} /> : null}
      {wholePc && mode === "system" ? (
        <ConnectWholePc vpn={vpn} wholePc={wholePc} onConf={onConf} />
      ) : (
        <ConnectInside vpn={vpn} servers={servers} />
      )}
    </section>
  );
}

/** Opens the tunnel inside this program, which needs no administrator, and a port that leads through it. */
function ConnectInside({ vpn, servers }: { vpn: Vpn; servers: Server[] }) {
  const { t } = useTranslation();
  const connect = useAction("vpn.connect");
  const [target, setTarget] = useState("");
  const [port, setPort] = useState("");
  const local = port.trim();
  const badPort = local !== "" && !(/^\d{1,5}$/.test(local) && +local > 0 && +local < 65_536);
  const badTarget = target.trim() !== "" && !/^\S+:\d{1,5}$/.test(target.trim());
  // A tunnel that is open is given another port, and nothing else is left to be done.
  const isOpen = vpn.status !== null;
  const ready = !badPort && !badTarget && !(isOpen && target.trim() === "");
  const open = () => {
    if (!ready) return;
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
      aria-label={t("vpn.mode.inside")}
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
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
          disabled={!ready}
          loading={connect.isPending}
          leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
        >
          {t(isOpen ? "vpn.connect.another" : "vpn.connect.button")}
        </Button>
      </div>
      {connect.error ? <Trouble error={connect.error} /> : null}
      {connect.error && viewOf(connect.error).code === "VPN_NO_HANDSHAKE" ? (
        <Diagnosis vpn={vpn} />
      ) : null}
    </form>
  );
}
