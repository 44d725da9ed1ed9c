// VPNs of the stand-in: some hosts fail on purpose, and nothing of a key is real.
import type {
  Lang,
  Vpn,
  VpnAbility,
  VpnCreate,
  VpnPeer,
  VpnPreview,
  VpnServerView,
} from "@/generated/commands";
import { errorView, refusal } from "./errors";
import type { Bodies, MockOptions, Office } from "./office";
import { setupBodies } from "./vpn-setups";

const OWN = "3uGpzg22CE9+Cb7MRajTIh1Xnxg4wNh4ctUeDVc7vWY=";
const SERVER = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
export const PRINT = "SHA256:7vNq1c0oX0V5hJvQk3mYtq9b4m8w2u6r1s0p9e8d7c4";

/** What a server shows that was installed anew. */
export const NEW_PRINT = "SHA256:2kJ9mC4w8Xq1Zt6b0Yh3Rv5Ln7Pd2sF4gK8uE1iO3aM";

const ALLOW = "echo contabilidad | sudo tee -a /etc/puente/tunnel.users";
const START = "sudo systemctl enable --now puente-tunnel";
/** What an administrator runs. */
const MISSING: Record<VpnAbility, string[]> = {
  ready: [],
  not_allowed: [ALLOW],
  stopped: [ALLOW, START],
  missing: [ALLOW, START],
};

interface Wanted {
  work: "add" | "revoke" | "rotate";
  address: string | null;
}

export function vpnBodies(
  office: Office,
  { office: start = "working", helper = "ready" }: MockOptions,
): Bodies {
  const book = {
    vpns: start === "working" ? seed(office) : ([] as Vpn[]),
    wanted: new Map<number, Wanted>(),
    /** Those that the whole PC is in. */
    whole: new Set<number>(),
  };
  const find = (name: string) => {
    const found = book.vpns.find((vpn) => vpn.name === name || String(vpn.id) === name);
    if (!found) throw refusal(office.settings.lang, "NOT_FOUND", { what: "la VPN", name });
    return found;
  };
  const work = (vpn: Vpn, wanted: Wanted) => {
    const job = office.enqueue("vpn.peer", vpn.name, {});
    book.wanted.set(job.id, wanted);
    office.say(job.id, "info", "sudo -n puente-peer state wg0 → ok");
    office.stale("vpns");
    return [job];
  };
  office.effects.set("vpn.peer", (job) => {
    const vpn = book.vpns.find(({ name }) => name === job.subject);
    const wanted = book.wanted.get(job.id);
    if (vpn && wanted) settle(vpn, wanted);
    office.say(job.id, "info", `sudo -n puente-peer ${wanted?.work} wg0 → ok`);
  });
  const add = (name: string, over: Partial<Vpn>) => {
    if (book.vpns.some((vpn) => vpn.name === name)) {
      throw refusal(
        office.settings.lang,
        "ALREADY_EXISTS",
        { what: "la VPN", name },
        { severity: "warning" },
      );
    }
    const id = Math.max(0, ...book.vpns.map((vpn) => vpn.id)) + 1;
    const made = vpn(office, id, { name, ...over });
    book.vpns = [...book.vpns, made];
    return made;
  };
  return {
    "vpn.list": () => book.vpns,
    "vpn.show": ({ vpn }) => find(vpn),
    "vpn.import": ({ name, conf }) => {
      const { hooks, ...over } = read(office.settings.lang, conf);
      return { vpn: add(name, over), hooks, ignored: [] };
    },
    "vpn.export": ({ vpns, output }) => ({
      output,
      vpns: (vpns ?? []).map((name) => find(name).name),
    }),
    "vpn.login": ({ vpn: name, host, port, user, login, fingerprint }) => {
      const vpn = find(name);
      const given = { host, port, user, login, fingerprint };
      const kept = Object.entries(given).filter(([, value]) => value != null);
      vpn.remote = { ...vpn.remote, ...Object.fromEntries(kept) } as Vpn["remote"];
      return vpn;
    },
    "vpn.retry": ({ vpn: name }) => {
      const vpn = find(name);
      return work(vpn, { work: vpn.state === "revoking" ? "revoke" : "add", address: null });
    },
    "vpn.qr": ({ vpn }) => ({ svg: picture(find(vpn).name), text: "" }),
    "vpn.whole_pc": () => ({
      way: "helper",
      ability: helper,
      commands: MISSING[helper],
      tunnels: [...book.whole].map((vpn) => ({ vpn, status: { ...UP, connections: 0 } })),
      lost: [],
    }),
    "vpn.connect": async ({ vpn: name, target, port, mode }, signal) => {
      const vpn = find(name);
      await office.wait(900, signal);
      if (mode === "system") {
        connect(office.settings.lang, vpn, null, null);
        book.whole.add(vpn.id);
        const { status } = vpn;
        Object.assign(vpn, { status: null, doors: [] });
        return { vpn: vpn.name, local: null, status };
      }
      connect(office.settings.lang, vpn, target ?? null, port ?? null);
      return {
        vpn: vpn.name,
        local: vpn.doors.at(-1)?.local ?? null,
        status: vpn.status,
      };
    },
    "vpn.disconnect": ({ vpn: name }) => {
      const vpn = find(name);
      book.whole.delete(vpn.id);
      Object.assign(vpn, { status: null, doors: [] });
      return vpn;
    },
    "vpn.preview": (request, signal) => preview(office, request, signal),
    "vpn.create": (request) => {
      const made = add(request.name, {
        state: "adding",
        remote: {
          host: request.host,
          port: request.port ?? 22,
          user: request.user,
          login: request.login,
          fingerprint: request.fingerprint ?? "",
          interface: request.interface ?? "wg0",
        },
      });
      made.tunnel = { ...made.tunnel, addresses: [], host: request.host, port: 0, server_key: "" };
      return work(made, { work: "add", address: request.address ?? null });
    },
    "vpn.revoke": ({ vpn }) => {
      const found = find(vpn);
      found.state = "revoking";
      return work(found, { work: "revoke", address: null });
    },
    "vpn.rotate": ({ vpn }) => work(find(vpn), { work: "rotate", address: null }),
    "vpn.ask": async ({ vpn }, signal) => {
      await office.wait(600, signal);
      const found = find(vpn);
      if (found.remote?.host === "reinstalado" && found.remote.fingerprint !== NEW_PRINT) {
        const known = found.remote.fingerprint;
        const host = found.remote.host;
        throw refusal(office.settings.lang, "SSH_HOST_CHANGED", { host, known, found: NEW_PRINT });
      }
      if (found.state === "uncertain") found.state = "active";
      return seen(found);
    },
    "vpn.peers": async ({ vpn }, signal) => {
      await office.wait(600, signal);
      return peers(find(vpn));
    },
    ...setupBodies(office, start === "working"),
    "vpn.remove": ({ vpn: name }) => {
      const vpn = find(name);
      if (office.servers.some(({ options }) => options.vpn === vpn.id)) {
        const reason = "un servidor la usa";
        throw refusal(office.settings.lang, "INVALID_INPUT", { field: "vpn", reason });
      }
      book.vpns = book.vpns.filter(({ id }) => id !== vpn.id);
      return vpn;
    },
  };
}

function settle(vpn: Vpn, { work, address }: Wanted): void {
  vpn.last_error = null;
  if (work === "revoke") {
    Object.assign(vpn, { state: "revoked", status: null, doors: [] });
    return;
  }
  if (work === "rotate") {
    Object.assign(vpn, { public_key: SERVER, status: null, doors: [] });
    return;
  }
  vpn.state = "active";
  vpn.tunnel = {
    ...vpn.tunnel,
    addresses: [`${address ?? "10.8.3.12"}/32`],
    port: 51_820,
    server_key: SERVER,
    allowed: ["10.8.3.0/24"],
  };
}

function connect(lang: Lang, vpn: Vpn, target: string | null, port: number | null): void {
  if (vpn.tunnel.host === "198.51.100.20") {
    const endpoint = `${vpn.tunnel.host}:${vpn.tunnel.port}`;
    throw refusal(lang, "VPN_NO_HANDSHAKE", { endpoint, seconds: 10 });
  }
  if (port === 80) throw refusal(lang, "VPN_PORT_TAKEN", { port });
  vpn.status = { ...UP, handshake_seconds: 0, received: 92, sent: 148, connections: 0 };
  if (target) {
    const local = `127.0.0.1:${port ?? 40_123 + vpn.doors.length}`;
    vpn.doors = [...vpn.doors, { local, target }];
  }
}

async function preview(
  office: Office,
  { host, port, user, login, password, fingerprint, interface: name, address }: VpnCreate,
  signal?: AbortSignal,
): Promise<VpnPreview> {
  const { lang } = office.settings;
  await office.wait(900, signal);
  if (host === "nunca") await office.wait(3_600_000, signal);
  if (host === "cerrado") {
    const detail = `connect ${host}:${port}: connection refused`;
    throw refusal(lang, "NET_UNREACHABLE", { host }, { detail });
  }
  if (host === "web") throw refusal(lang, "SSH_NOT_SSH", { host });
  if (!fingerprint) throw refusal(lang, "SSH_HOST_UNKNOWN", { host, fingerprint: PRINT });
  if (host === "otro") {
    throw refusal(lang, "SSH_HOST_CHANGED", { host, known: fingerprint, found: `${PRINT}x` });
  }
  if (login.kind === "key" && login.path.endsWith("protegida") && password !== "frase") {
    const reason = "la frase de acceso falta o no es esa";
    throw refusal(lang, "SSH_KEY_UNUSABLE", { path: login.path, reason });
  }
  if (login.kind === "agent" && host === "sin-agente") {
    throw refusal(lang, "SSH_AGENT_UNUSABLE", { reason: "no está en marcha" });
  }
  if (password === "mala") {
    throw refusal(lang, "SSH_AUTH_REFUSED", { user, methods: "publickey, password" });
  }
  const isReady = office.jobs.some(
    ({ kind, subject, state }) => kind === "vpn.setup" && subject === host && state === "done",
  );
  if (host === "sin-wireguard" && !isReady) throw refusal(lang, "VPN_TOOLS_MISSING", { host });
  const given = address ?? "10.8.3.12";
  return {
    address: given,
    network: "10.8.3.0/24",
    server_key: SERVER,
    port: 51_820,
    peers: 4,
    commands: [
      `sudo -n puente-peer state ${name}`,
      `sudo -n puente-peer add ${name} 5c1f…e2 <llave pública> ${given}/32`,
    ],
    script: "#!/bin/sh\nset -eu\n# puente-peer: mira y cambia las conexiones de una interfaz\n",
    block: `[Peer]\n# puente: sede\nPublicKey = …\nAllowedIPs = ${given}/32\n`,
    sudo_rule: `${user} ALL=(root) NOPASSWD: /usr/local/sbin/puente-peer`,
    ran: [
      { command: "id -u; sudo -n true", answer: "free" },
      { command: `sudo -n puente-peer state ${name}`, answer: "ok" },
    ],
  };
}

/** What a file says, and the commands that it wanted to run. */
function read(lang: Lang, conf: string) {
  const value = (name: string) =>
    new RegExp(`^\\s*${name}\\s*=\\s*(.+)$`, "im").exec(conf)?.[1]?.trim() ?? "";
  if (!/^\s*\[Interface\]/im.test(conf) || value("PrivateKey") === "") {
    throw refusal(lang, "VPN_UNREADABLE", {
      what: "El archivo",
      line: 1,
      reason: "falta la llave",
    });
  }
  const [, host = "", port = "51820"] = /^(.*):(\d+)$/.exec(value("Endpoint")) ?? [];
  return {
    hooks: [...conf.matchAll(/^\s*((?:Pre|Post)(?:Up|Down)\s*=.*)$/gim)].map(([, hook]) =>
      String(hook),
    ),
    tunnel: {
      addresses: [value("Address")],
      dns: [],
      mtu: null,
      server_key: value("PublicKey"),
      preshared: false,
      host,
      port: Number(port),
      allowed: value("AllowedIPs").split(/,\s*/),
      keepalive: 25,
    },
  };
}

const UP = {
  state: "up",
  handshake_seconds: 41,
  sent: 1_310_720,
  received: 48_234_496,
  endpoint: "203.0.113.7:51820",
  connections: 3,
  trouble: null,
} as const;

function vpn(office: Office, id: number, over: Partial<Vpn>): Vpn {
  return {
    id,
    name: `VPN ${id}`,
    state: "active",
    public_key: OWN,
    tunnel: {
      addresses: ["10.8.3.10/32"],
      dns: [],
      mtu: null,
      server_key: SERVER,
      preshared: true,
      host: "vpn.oficina.example",
      port: 51_820,
      allowed: ["10.8.3.0/24", "192.168.1.0/24"],
      keepalive: 25,
    },
    remote: null,
    created_at: office.ago(0),
    last_error: null,
    status: null,
    doors: [],
    held_by: null,
    ...over,
  };
}

function seed(office: Office): Vpn[] {
  const { lang } = office.settings;
  const remote: NonNullable<Vpn["remote"]> = {
    host: "203.0.113.7",
    port: 22,
    user: "puente",
    login: { kind: "key", path: "/home/oficina/.ssh/id_ed25519" },
    fingerprint: PRINT,
    interface: "wg0",
  };
  const base = vpn(office, 0, {}).tunnel;
  return [
    vpn(office, 1, {
      name: "Sede norte",
      remote,
      created_at: office.ago(60 * 24 * 12),
      status: UP,
      doors: [{ local: "127.0.0.1:40123", target: "10.8.0.14:3050" }],
      tunnel: { ...base, host: "203.0.113.7", allowed: ["10.8.3.0/24", "10.8.0.0/24"] },
    }),
    vpn(office, 2, {
      name: "Bodega de Soledad",
      created_at: office.ago(60 * 24 * 40),
      tunnel: { ...base, host: "198.51.100.20", addresses: ["10.20.0.6/32"], preshared: false },
    }),
    vpn(office, 3, {
      name: "Contadora externa",
      state: "uncertain",
      remote,
      created_at: office.ago(35),
      tunnel: { ...base, host: "203.0.113.7", addresses: [], port: 0, server_key: "" },
      last_error: errorView(lang, "NET_TIMEOUT", { host: "203.0.113.7", seconds: 40 }),
    }),
    vpn(office, 4, {
      name: "Portátil anterior",
      state: "revoked",
      remote,
      created_at: office.ago(60 * 24 * 300),
      tunnel: { ...base, host: "203.0.113.7", addresses: ["10.8.3.4/32"] },
    }),
  ];
}

function seen({ state, status }: Vpn): VpnServerView {
  const known = state === "active";
  return {
    known,
    handshake_seconds: known && status ? 41 : null,
    received: status?.sent ?? 0,
    sent: status?.received ?? 0,
    endpoint: status ? "190.24.1.9:41000" : null,
  };
}

function peers({ public_key, name, tunnel }: Vpn): VpnPeer[] {
  const quiet = { live: true, kept: true, handshake_seconds: null, received: 0, sent: 0 };
  return [
    {
      ...quiet,
      public_key,
      name: name.replace(/ /g, "-"),
      allowed: tunnel.addresses,
      handshake_seconds: 41,
      received: 1_310_720,
      sent: 48_234_496,
      endpoint: "190.24.1.9:41000",
    },
    {
      ...quiet,
      public_key: "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=",
      name: null,
      allowed: ["10.8.3.2/32"],
      handshake_seconds: 7_400,
      received: 20_480,
      sent: 81_920,
      endpoint: "181.49.20.3:51820",
    },
    {
      ...quiet,
      live: false,
      public_key: "gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=",
      name: null,
      allowed: ["10.8.3.3/32"],
      endpoint: null,
    },
  ];
}

/** Something that looks like a code, and is none. */
function picture(name: string): string {
  const size = 29;
  const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  const corner = (x: number, y: number) =>
    [
      [0, 0],
      [size - 7, 0],
      [0, size - 7],
    ].some(([left = 0, top = 0]) => {
      const [dx, dy] = [x - left, y - top];
      if (dx < 0 || dy < 0 || dx > 6 || dy > 6) return false;
      const ring = Math.max(Math.abs(dx - 3), Math.abs(dy - 3));
      return ring !== 2;
    });
  const inCorner = (x: number, y: number) =>
    (x < 8 && y < 8) || (x > size - 9 && y < 8) || (x < 8 && y > size - 9);
  let squares = "";
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const on = inCorner(x, y) ? corner(x, y) : (x * 73 + y * 151 + x * y * seed) % 7 < 3;
      if (on) squares += `M${x + 2} ${y + 2}h1v1h-1z`;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size + 4} ${size + 4}"><path fill="#fff" d="M0 0h${size + 4}v${size + 4}H0z"/><path d="${squares}"/></svg>`;
}
