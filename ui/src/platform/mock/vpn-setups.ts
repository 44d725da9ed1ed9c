// Servers that the stand-in sets up with WireGuard, and takes back.
import type { VpnSetup, VpnSetupRequest, VpnStep, VpnStepKind } from "@/generated/commands";
import { refusal } from "./errors";
import type { Bodies, Office } from "./office";

export function setupBodies(office: Office, working: boolean): Bodies {
  let setups: VpnSetup[] = working ? [seed(office)] : [];
  const undoing = new Set<number>();
  const find = (id: number) => {
    const found = setups.find((setup) => setup.id === id);
    if (!found) throw refusal(office.settings.lang, "NOT_FOUND", { what: "el servidor", name: id });
    return found;
  };
  const work = (setup: VpnSetup) => [office.enqueue("vpn.setup", setup.remote.host, {})];
  office.effects.set("vpn.setup", (job) => {
    const setup = setups.find(({ remote }) => remote.host === job.subject);
    if (!setup) return;
    const undo = undoing.delete(setup.id);
    for (const step of setup.steps) {
      if (step.state !== "was") step.state = undo ? "undone" : "done";
    }
    Object.assign(setup, { done: !undo, undoable: !undo });
  });
  return {
    "vpn.setup.list": () => setups,
    "vpn.setup.preview": async (request, signal) => {
      await office.wait(700, signal);
      return {
        plan: {
          release: "Debian GNU/Linux 12 (bookworm)",
          tested: true,
          steps: steps(request),
          networks: ["192.168.1.0/24"],
        },
        seal: sealOf(request),
        ran: [{ command: "puente-look", answer: "ok" }],
      };
    },
    "vpn.setup.run": ({ seal, ...request }) => {
      if (seal !== sealOf(request)) {
        const reason = "los pasos cambiaron";
        throw refusal(office.settings.lang, "INVALID_INPUT", { field: "seal", reason });
      }
      const { host, port, user, login, fingerprint, interface: name } = request;
      const setup: VpnSetup = {
        id: setups.length + 1,
        remote: {
          host,
          port: port ?? 22,
          user,
          login,
          fingerprint: fingerprint ?? "",
          interface: name ?? "wg0",
        },
        steps: steps(request),
        done: false,
        undoable: false,
        created_at: office.ago(0),
        last_error: null,
      };
      setups = [setup, ...setups];
      office.stale("vpns");
      return work(setup);
    },
    "vpn.setup.retry": ({ setup }) => work(find(setup)),
    "vpn.setup.undo": ({ setup }) => {
      undoing.add(setup);
      return work(find(setup));
    },
    "vpn.setup.remove": ({ setup }) => {
      const found = find(setup);
      setups = setups.filter(({ id }) => id !== setup);
      return found;
    },
  };
}

/** It changes with every word of the steps. */
function sealOf({ network, udp_port, masquerade }: VpnSetupRequest): string {
  return JSON.stringify([network ?? null, udp_port ?? null, masquerade ?? null]);
}

function steps({ network, udp_port, interface: name }: Partial<VpnSetupRequest>): VpnStep[] {
  const wg = name ?? "wg0";
  const port = udp_port ?? 51_820;
  const step = (kind: VpnStepKind, command: string, undo: string | null): VpnStep => ({
    ...{ kind, command, undo, check: "true", state: "waiting" },
  });
  return [
    step(
      "install",
      "apt-get install --yes --no-install-recommends wireguard-tools",
      "apt-get remove --yes wireguard-tools",
    ),
    step(
      "configure",
      `puente-setup configure ${wg} ${network ?? "10.8.3.1/24"} ${port}`,
      `rm /etc/wireguard/${wg}.conf`,
    ),
    step("forward", "sysctl -w net.ipv4.ip_forward=1", "sysctl -w net.ipv4.ip_forward=0"),
    step("firewall", `ufw allow ${port}/udp`, `ufw delete allow ${port}/udp`),
    step(
      "start",
      `systemctl enable --now wg-quick@${wg}`,
      `systemctl disable --now wg-quick@${wg}`,
    ),
  ];
}

function seed(office: Office): VpnSetup {
  const done = steps({}).map((step) => ({ ...step, state: "done" as const }));
  return {
    id: 1,
    remote: {
      host: "203.0.113.7",
      port: 22,
      user: "puente",
      login: { kind: "key", path: "/home/oficina/.ssh/id_ed25519" },
      fingerprint: "SHA256:7vNq1c0oX0V5hJvQk3mYtq9b4m8w2u6r1s0p9e8d7c4",
      interface: "wg0",
    },
    steps: done.map((step) => (step.kind === "install" ? { ...step, state: "was" } : step)),
    done: true,
    undoable: true,
    created_at: office.ago(60 * 24 * 12),
    last_error: null,
  };
}
