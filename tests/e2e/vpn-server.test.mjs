// A VPN from its making to its end, in the tab: on a real WireGuard server of this machine, in a network of
// its own, over a real sshd.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { closeBrowser, openOffice } from "./office.mjs";

const LONG = { timeout: 60_000 };
/** A colleague whom the server knows already. */
const PEPE = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
const CONF = `[Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
Address = 10.9.0.4/32

[Peer]
PublicKey = ${PEPE}
Endpoint = 127.0.0.1:9
AllowedIPs = 192.168.7.0/24
`;

const skip = process.getuid?.() === 0 ? false : "only an administrator makes a network of its own";

/** @type {import("./office.mjs").Office} */
let office;
/** @type {Server} */
let server;

before(async () => {
  if (skip) return;
  server = await aServer();
  office = await openOffice({ erp: false });
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByText("Empiece por registrar un servidor").waitFor(LONG);
  await page.getByRole("link", { name: "VPN", exact: true }).click();
});

after(async () => {
  await office?.close();
  await server?.close();
  await closeBrowser();
});

test("it is made on the server after everything was seen", { skip }, async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Crear VPN" }).first().click();
  const form = page.getByRole("complementary", { name: "Crear una VPN" });
  const field = (/** @type {string} */ name) => form.getByRole("textbox", { name, exact: true });
  await field("Nombre").fill("Sede sur");
  await field("Servidor").fill("127.0.0.1");
  await field("Puerto SSH").fill(String(server.port));
  await field("Usuario").fill("root");
  await form.getByText("Llave privada", { exact: true }).click();
  await field("Archivo de la llave privada").fill(server.key);
  await form.getByRole("button", { name: "Ver qué se hará" }).click();
  await form.getByRole("button", { name: "Es la misma: continuar" }).click(LONG);
  const plan = form.getByRole("region", { name: "Lo que se hará en el servidor" });
  await plan.getByText(/puente-peer add wg0/).waitFor(LONG);
  assert.deepEqual(server.peers(), [PEPE], "looking changes nothing");
  await form.getByRole("button", { name: "Crear", exact: true }).click();
  await page.getByRole("complementary", { name: "Sede sur" }).waitFor(LONG);
  await told("add");
  assert.equal(server.peers().length, 2);
  assert.equal(await keyOfFile(), server.own());
});

test("fresh keys take the place of the old ones, and only they are in the file", {
  skip,
}, async () => {
  const { page } = office;
  const old = server.own();
  await page.getByRole("button", { name: "Cambiar llaves" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Cambiar las llaves" }).click();
  await told("swap");
  assert.equal(server.peers().length, 2);
  assert.notEqual(server.own(), old);
  assert.equal(await keyOfFile(), server.own());
});

test("all are exported in one archive", { skip }, async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Importar .conf" }).first().click();
  const panel = page.getByRole("complementary", { name: "Importar .conf" });
  const buffer = Buffer.from(CONF);
  const file = { name: "de-otro.conf", mimeType: "text/plain", buffer };
  await panel.locator("input[type=file]").setInputFiles(file);
  await panel.getByRole("button", { name: "Importar", exact: true }).click();
  await page.getByRole("complementary", { name: "de-otro" }).waitFor(LONG);
  await page.getByRole("button", { name: "Exportar", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Exportar los archivos de 2 VPN").waitFor();
  const saving = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Descargar", exact: true }).click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), "redes-privadas.zip");
  const bytes = readFileSync(await saved.path());
  for (const name of ["Sedesur.conf", "de-otro.conf"]) assert.ok(bytes.includes(name), name);
});

test("revoked, the server forgets it and is what it was", { skip }, async () => {
  const { page } = office;
  const grid = page.getByRole("grid", { name: "Redes privadas" });
  await grid.getByText("Sede sur").click();
  await page.getByRole("complementary", { name: "Sede sur" }).waitFor();
  await page.getByRole("button", { name: "Revocar", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Sede sur");
  await dialog.getByRole("button", { name: "Revocar ahora" }).click();
  await grid.getByText("Revocada").waitFor(LONG);
  assert.deepEqual(server.peers(), [PEPE]);
  assert.equal(server.file(), server.original);
  assert.deepEqual(server.files(), [".puente.lock", "wg0.conf"], "no copy with keys is left");
});

test("the page complained about nothing", { skip }, () => {
  assert.deepEqual(office.complaints, []);
});

/**
 * Waits until the log of what ran on the server, which is folded away, tells of that.
 * @param {string} verb
 */
async function told(verb) {
  const { page } = office;
  const line = page.getByText(new RegExp(`puente-peer ${verb} wg0`)).first();
  await line.waitFor({ state: "attached", ...LONG });
}

/** The public key of the file that the tab gives out. */
async function keyOfFile() {
  const { page } = office;
  await page.getByRole("button", { name: "Descargar .conf" }).click();
  const saving = page.waitForEvent("download");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Descargar", exact: true }).click();
  const text = readFileSync(await (await saving).path(), "utf8");
  await dialog.waitFor({ state: "detached" });
  assert.match(text, /PresharedKey = /);
  const key = /PrivateKey = (\S+)/.exec(text)?.[1];
  return execFileSync("wg", ["pubkey"], { input: `${key}\n`, encoding: "utf8" }).trim();
}

/**
 * A WireGuard server with one peer, which nothing outside of it sees.
 *
 * @returns {Promise<Server>}
 *
 * @typedef {{
 *   port: number,
 *   key: string,
 *   original: string,
 *   peers: () => string[],
 *   own: () => string | undefined,
 *   file: () => string,
 *   files: () => string[],
 *   close: () => Promise<void>,
 * }} Server
 */
async function aServer() {
  const folder = mkdtempSync(join(tmpdir(), "puente-wg-"));
  const [hostKey, key] = ["host", "user"].map((name) => join(folder, name));
  for (const path of [hostKey, key]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", String(path)]);
  }
  const script = `set -e
    mkdir -p /etc/wireguard /run/wireguard /run/sshd
    mount -t tmpfs tmpfs /etc/wireguard
    mount -t tmpfs tmpfs /run/wireguard
    ip link set lo up
    umask 077
    printf '# la oficina\\n[Interface]\\nPrivateKey = %s\\nAddress = 10.8.3.1/24\\nListenPort = 51820\\n\\n# don Pepe\\n[Peer]\\nPublicKey = ${PEPE}\\nAllowedIPs = 10.8.3.2/32\\n' "$(wg genkey)" > /etc/wireguard/wg0.conf
    wg-quick up wg0 >&2
    echo ready
    cat
    wg-quick down wg0 >&2`;
  const alone = ["--net", "--mount", "--propagation", "private", "sh", "-c", script];
  const child = spawn("unshare", alone, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let trouble = "";
  child.stderr.on("data", (text) => {
    trouble += text;
  });
  let said = "";
  for await (const text of child.stdout) {
    said += text;
    if (said.includes("ready")) break;
  }
  assert.match(said, /ready/, trouble);
  const inside = ["--target", String(child.pid), "--net", "--mount", "--"];
  const run = (/** @type {string[]} */ ...words) =>
    execFileSync("nsenter", [...inside, ...words], { encoding: "utf8" });
  const options = ["UsePAM=no", "StrictModes=no", "PermitRootLogin=yes", "UseDNS=no"]
    .concat(["PasswordAuthentication=no", `AuthorizedKeysFile=${key}.pub`])
    .flatMap((option) => ["-o", option]);
  const sshd = ["/usr/sbin/sshd", "-i", "-e", "-f", "/dev/null", "-h", String(hostKey)];
  /** @type {Set<import("node:child_process").ChildProcess>} */
  const sessions = new Set();
  // What arrives at this machine's own loopback goes to a sshd in there.
  const door = createServer((socket) => {
    const session = spawn("nsenter", [...inside, ...sshd, ...options], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    sessions.add(session);
    session.once("close", () => {
      sessions.delete(session);
      socket.destroy();
    });
    for (const end of [socket, session.stdin]) end.on("error", () => {});
    socket.pipe(session.stdin);
    session.stdout.pipe(socket);
  });
  await new Promise((resolve) => door.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (door.address());
  const file = () => run("cat", "/etc/wireguard/wg0.conf");
  const peers = () => run("wg", "show", "wg0", "peers").trim().split("\n");
  return {
    port,
    key: String(key),
    original: file(),
    peers,
    own: () => peers().find((peer) => peer !== PEPE),
    file,
    files: () => run("ls", "-A", "/etc/wireguard").trim().split("\n").sort(),
    close: async () => {
      for (const session of sessions) session.kill();
      await new Promise((resolve) => door.close(() => resolve(null)));
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
