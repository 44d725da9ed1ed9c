import {
  IconAlertTriangle,
  IconAppWindow,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconCircleX,
  IconDeviceDesktopCheck,
  IconHelpCircle,
  IconLoader2,
  IconPlugConnectedX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { State } from "@/components/state";
import type { Vpn, VpnWholePc } from "@/generated/commands";
import { useFormat } from "@/i18n/format";

/** A VPN with the tunnel that there is: inside this program, or of the whole PC. */
export interface Seen extends Vpn {
  /** Whether the whole PC is in it, or was until its tunnel ended unasked. */
  whole: "in" | "lost" | null;
  /** When its numbers were asked for. */
  at: number;
}

export function seenOf(
  vpn: Vpn,
  at: number,
  wholePc: VpnWholePc | undefined,
  wholeAt: number,
): Seen {
  const tunnel = wholePc?.tunnels.find(({ vpn: id }) => id === vpn.id);
  if (tunnel) return { ...vpn, status: tunnel.status, whole: "in", at: wholeAt };
  return { ...vpn, whole: wholePc?.lost.includes(vpn.id) ? "lost" : null, at };
}

/** How a VPN is, in the words of people: its place on the server and its tunnel in one. */
export type VpnLook =
  | "connected"
  | "whole"
  | "lost"
  | "held"
  | "connecting"
  | "reconnecting"
  | "ready"
  | "adding"
  | "not_added"
  | "uncertain"
  | "revoking"
  | "not_revoked"
  | "revoked";

export function lookOf(vpn: Vpn | Seen): VpnLook {
  const { state, status, last_error } = vpn;
  const whole = "whole" in vpn ? vpn.whole : null;
  switch (state) {
    case "adding":
      return last_error ? "not_added" : "adding";
    case "revoking":
      return last_error ? "not_revoked" : "revoking";
    case "uncertain":
    case "revoked":
      return state;
    case "active":
      if (status?.state === "up") return whole === "in" ? "whole" : "connected";
      if (status?.state === "connecting" || status?.state === "reconnecting") return status.state;
      if (vpn.held_by !== null) return "held";
      return whole === "lost" ? "lost" : "ready";
  }
}

/** Whether it stands still until someone does something. */
export function isWaiting(vpn: Vpn): boolean {
  return ["not_added", "uncertain", "not_revoked"].includes(lookOf(vpn));
}

const LOOKS = {
  connected: { tone: "good", icon: IconCircleCheck },
  whole: { tone: "good", icon: IconDeviceDesktopCheck },
  lost: { tone: "bad", icon: IconPlugConnectedX },
  held: { tone: "good", icon: IconAppWindow },
  connecting: { tone: "info", icon: IconLoader2 },
  reconnecting: { tone: "warn", icon: IconLoader2 },
  ready: { tone: "plain", icon: IconCircleDashed },
  adding: { tone: "info", icon: IconLoader2 },
  not_added: { tone: "bad", icon: IconCircleX },
  uncertain: { tone: "warn", icon: IconHelpCircle },
  revoking: { tone: "info", icon: IconLoader2 },
  not_revoked: { tone: "bad", icon: IconAlertTriangle },
  revoked: { tone: "plain", icon: IconCircleOff },
} as const;

export function VpnStateView({ vpn }: { vpn: Vpn | Seen }) {
  const { t } = useTranslation();
  const look = lookOf(vpn);
  return <State {...LOOKS[look]}>{t(`vpn.state.${look}`)}</State>;
}

/** Seconds that were counted when an answer came, as the moment that they began. */
export function useSince(): (seconds: number | null | undefined, at: number) => string {
  const { t } = useTranslation();
  const { ago } = useFormat();
  return (seconds, at) =>
    seconds == null ? t("vpn.never") : ago(new Date(at - seconds * 1000).toISOString());
}

export function endpointOf({ host, port }: { host: string; port: number }): string {
  const named = host.includes(":") ? `[${host}]` : host;
  return port === 0 ? named : `${named}:${port}`;
}
