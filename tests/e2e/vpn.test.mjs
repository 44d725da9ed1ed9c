// VPNs in the window, over the real program: a file taken in and given out, a code for a phone, the port
// to open when nobody answers, and servers that are refused with the reason.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { closeBrowser, openOffice } from "./office.mjs";

const LONG = { timeout: 60_000 };
/** Two throw-away keys: what the file holds leads nowhere, for nobody listens at that port. */
const PRIVATE = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
const CONF = `[Interface]
PrivateKey = ${PRIVATE}
Address = 10.9.0.4/32
PostUp = touch /tmp/puente-no-debe-existir

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
Endpoint = 127.0.0.1:9
AllowedIPs = 192.168.7.0/24
`;

/** Where the service that puts the whole PC in a VPN would listen. */
const RUN = mkdtempSync(join(tmpdir(), "puente-run-"));
const SOCKET = join(RUN, "socket");

/** @type {import("./office.mjs").Office} */
let office;
/** @type {Helper | undefined} */
let helper;

before(async () => {
  process.env.PUENTE_TUNNEL_SOCKET = SOCKET;
  office = await openOffice({ erp: false });
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByRole("link", { name: "VPN", exact: true }).click();
});

after(async () => {
  await office?.close();
  await helper?.close();
  rmSync(RUN, { recursive: true, force: true });
  await closeBrowser();
});

test("a file of someone else is taken in without its commands, and listed", async () => {
  const { page } = office;
  await page.getByText("Todavía no hay ninguna VPN").waitFor(LONG);
  await page.getByRole("link", { name: "Importar .conf" }).first().click();
  const panel = page.getByRole("complementary", { name: "Importar .conf" });
  await panel.locator("input[type=file]").setInputFiles({
    name: "sede-norte.conf",
    mimeType: "text/plain",
    buffer: Buffer.from(CONF),
  });
  await panel.getByRole("button", { name: "Importar", exact: true }).click();
  const left = page.getByRole("complementary", { name: "VPN «sede-norte» importada" });
  await left.getByText("PostUp = touch /tmp/puente-no-debe-existir").waitFor(LONG);
  await left.getByRole("button", { name: "Entendido" }).click();
  await page.getByRole("complementary", { name: "sede-norte" }).waitFor(LONG);
  const row = page.getByRole("grid", { name: "Redes privadas" }).getByRole("row").last();
  await row.getByText("10.9.0.4/32").waitFor(LONG);
  assert.match((await row.textContent()) ?? "", /sede-norte.*Sin conectar.*127\.0\.0\.1:9/);
  assert.ok(!(await page.content()).includes(PRIVATE), "the key is not shown");
});

test("the same name and a file that is none are refused with the reason", async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Importar .conf" }).first().click();
  const panel = page.getByRole("complementary", { name: "Importar .conf" });
  const text = panel.getByRole("textbox", { name: "O pegue aquí su texto" });
  await text.fill(CONF);
  await panel.getByRole("textbox", { name: "Nombre" }).fill("sede-norte");
  await panel.getByRole("button", { name: "Importar", exact: true }).click();
  await panel
    .getByRole("alert")
    .getByText(/Ya existe/)
    .waitFor(LONG);
  await text.fill("[Interface]\nPrivateKey = no es una llave\n");
  await panel.getByRole("button", { name: "Importar", exact: true }).click();
  await panel
    .getByRole("alert")
    .getByText(/en la línea 2/)
    .waitFor(LONG);
  await panel.getByRole("button", { name: "Cerrar" }).click();
});

test("its code is drawn for a phone after a warning, and hidden again", async () => {
  const { page } = office;
  await page.getByRole("grid").getByText("sede-norte").click();
  await page.getByRole("button", { name: "Código QR" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/contiene la llave privada/).waitFor();
  await dialog.getByRole("button", { name: "Mostrar el código" }).click();
  const code = dialog.getByRole("img", { name: "Código QR de la VPN sede-norte" });
  await code.waitFor(LONG);
  const drawn = await code.evaluate((img) =>
    /** @type {HTMLImageElement} */ (img).decode().then(
      () => true,
      () => false,
    ),
  );
  assert.ok(drawn, "the page's policy lets the picture be drawn");
  await dialog.getByRole("button", { name: "Ocultar" }).click();
  await code.waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Cerrar" }).click();
});

test("its file is given out as WireGuard reads it, without the commands", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Descargar .conf" }).click();
  const saving = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("button", { name: "Descargar", exact: true }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), "sede-norte.conf");
  const text = readFileSync(await file.path(), "utf8");
  assert.ok(text.includes(`PrivateKey = ${PRIVATE}`));
  assert.ok(!text.includes("PostUp"), "what a stranger wanted to run is gone");
});

test("nobody answers: the port to open is named, and nothing stays open", async () => {
  const { page } = office;
  const panel = page.getByRole("complementary", { name: "sede-norte" });
  await panel.getByRole("textbox", { name: "A dónde llevar el puerto" }).fill("192.168.7.10:3050");
  await panel.getByRole("button", { name: "Conectar", exact: true }).click();
  await panel
    .getByRole("alert")
    .getByText(/127\.0\.0\.1:9 no respondió en 10 s/)
    .waitFor(LONG);
  await panel.getByText(/por UDP al puerto 9 de 127\.0\.0\.1/).waitFor();
  await panel.getByRole("button", { name: "Desconectar" }).waitFor({ state: "detached" });
});

test("without the service, what an administrator runs is shown, and noticed once it is there", async () => {
  const { page } = office;
  const panel = page.getByRole("complementary", { name: "sede-norte" });
  await panel.getByText("Todo el equipo", { exact: true }).click();
  const missing = panel.getByRole("region", { name: "Qué falta en este equipo" });
  await missing.getByText("sudo systemctl enable --now puente-tunnel").waitFor(LONG);
  await missing.getByText(/^echo \S+ \| sudo tee -a \/etc\/puente\/tunnel\.users$/).waitFor();
  helper = await aHelper();
  await panel.getByRole("button", { name: "Conectar todo el equipo" }).waitFor(LONG);
});

test("the whole PC is connected after a word, its numbers move by themselves, and its end is told", async () => {
  const { page } = office;
  const panel = page.getByRole("complementary", { name: "sede-norte" });
  await panel.getByRole("button", { name: "Conectar todo el equipo" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/llegarán a 192\.168\.7\.0\/24/).waitFor();
  await dialog.getByRole("button", { name: "Conectar todo el equipo" }).click();
  const tunnel = panel.getByRole("region", { name: "Todo el equipo está conectado" });
  await tunnel.getByText("1 kB recibidos").waitFor(LONG);
  const row = page.getByRole("grid", { name: "Redes privadas" }).getByRole("row").last();
  await row.getByText("Todo el equipo").waitFor(LONG);
  assert.equal(helper?.tunnels.get(1)?.private_key, PRIVATE);
  helper?.receive(5_000_000);
  await tunnel.getByText("5 MB recibidos").waitFor(LONG);
  await helper?.close();
  await panel.getByRole("alert").getByText("Todo el equipo salió de esta VPN").waitFor(LONG);
  await row.getByText("Se cortó").waitFor();
  helper = await aHelper();
  await panel.getByRole("button", { name: "Conectar todo el equipo" }).click();
  await dialog.getByRole("button", { name: "Conectar todo el equipo" }).click();
  await panel.getByRole("button", { name: "Desconectar" }).click();
  await row.getByText("Sin conectar").waitFor(LONG);
  assert.equal(helper.tunnels.size, 0);
});

test("a server is reached through it, and then it is not removed", async () => {
  const { page } = office;
  await page
    .getByRole("link", { name: /^Servidores/ })
    .first()
    .click();
  await page.getByRole("main").getByRole("button", { name: "Agregar servidor" }).first().click();
  const form = page.getByRole("complementary", { name: "Agregar servidor" });
  const field = (/** @type {string} */ name) => form.getByRole("textbox", { name, exact: true });
  await field("Nombre").fill("Tras la VPN");
  await field("Equipo").fill("192.168.7.10");
  await form.getByRole("combobox", { name: "Por la VPN" }).click();
  await page.getByRole("option", { name: "sede-norte" }).click();
  await field("Usuario").fill("LECTOR");
  await form.getByLabel("Contraseña", { exact: false }).first().fill("una-clave");
  await field("Base maestra").fill("C:\\TNS\\ADMIN.GDB");
  await form.getByRole("button", { name: "Guardar sin probar" }).click();
  const server = page.getByRole("complementary", { name: "Tras la VPN" });
  await server.getByRole("link", { name: "sede-norte" }).click();
  const panel = page.getByRole("complementary", { name: "sede-norte" });
  await panel.getByRole("link", { name: "Tras la VPN" }).waitFor(LONG);
  await panel.getByRole("button", { name: "Quitar" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("sede-norte");
  await dialog.getByRole("button", { name: "Quitar" }).click();
  await dialog.getByRole("alert").waitFor(LONG);
  await dialog.getByRole("button", { name: "Cancelar" }).click();
});

test("a server that can't be reached, or speaks something else, is refused before anything is made", async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Crear VPN" }).first().click();
  const form = page.getByRole("complementary", { name: "Crear una VPN" });
  await form.getByRole("textbox", { name: "Nombre" }).fill("Sede sur");
  await form.getByRole("textbox", { name: "Servidor" }).fill("127.0.0.1");
  await form.getByRole("textbox", { name: "Puerto SSH" }).fill("1");
  await form.getByRole("textbox", { name: "Usuario" }).fill(userInfo().username);
  await form
    .getByLabel("Contraseña", { exact: false })
    .and(form.locator("input[type=password]"))
    .first()
    .fill("no-es-esta");
  const look = form.getByRole("button", { name: "Ver qué se hará" });
  await look.click();
  await form.getByRole("alert").getByText("No se puede llegar a 127.0.0.1").waitFor(LONG);
  const web = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise((resolve) => web.listen(0, "127.0.0.1", () => resolve(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (web.address());
  await form.getByRole("textbox", { name: "Puerto SSH" }).fill(String(port));
  await look.click();
  await form
    .getByRole("alert")
    .getByText(/responde otro programa, no SSH/)
    .waitFor(LONG);
  web.close();
  assert.ok(await form.getByRole("button", { name: "Crear", exact: true }).isDisabled());
});

test("the host key is shown as ssh-keygen shows it, and only then a password is sent", async () => {
  const { page } = office;
  const sshd = await anSshd();
  try {
    const form = page.getByRole("complementary", { name: "Crear una VPN" });
    await form.getByRole("textbox", { name: "Puerto SSH" }).fill(String(sshd.port));
    const look = form.getByRole("button", { name: "Ver qué se hará" });
    await look.click();
    await form.getByText(sshd.fingerprint).waitFor(LONG);
    await form.getByRole("button", { name: "Es la misma: continuar" }).click();
    await form
      .getByRole("alert")
      .getByText(/no deja entrar a/)
      .waitFor(LONG);
    await form
      .getByRole("button", { name: "Cerrar" })
      .or(page.getByRole("button", { name: "Cerrar" }))
      .first()
      .click();
    const rows = page.getByRole("grid", { name: "Redes privadas" }).getByRole("row");
    assert.equal(await rows.count(), 2, "nothing was made");
  } finally {
    await sshd.close();
  }
});

test("without servers it is removed, with its keys", async () => {
  const { page } = office;
  await page
    .getByRole("link", { name: /^Servidores/ })
    .first()
    .click();
  await page.getByRole("grid").getByText("Tras la VPN").click();
  await page.getByRole("complementary").getByRole("button", { name: "Quitar" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Tras la VPN");
  await dialog.getByRole("button", { name: "Quitar el servidor" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "VPN", exact: true }).click();
  await page.getByRole("grid").getByText("sede-norte").click();
  await page.getByRole("complementary").getByRole("button", { name: "Quitar" }).click();
  await dialog.getByRole("textbox").fill("sede-norte");
  await dialog.getByRole("button", { name: "Quitar" }).click();
  await page.getByText("Todavía no hay ninguna VPN").waitFor(LONG);
});

test("the page complained about nothing, and its policy forbade nothing", () => {
  assert.deepEqual(office.complaints, []);
});

/**
 * Stands in for the privileged service: it answers as that one does, and makes no tunnel.
 *
 * @returns {Promise<Helper>}
 *
 * @typedef {{
 *   tunnels: Map<number, { private_key: string }>,
 *   receive: (bytes: number) => void,
 *   close: () => Promise<void>,
 * }} Helper
 */
async function aHelper() {
  /** @type {Map<number, { private_key: string }>} */
  const tunnels = new Map();
  let received = 1_000;
  const status = {
    ...{ interface: "puente1", handshake_seconds: 3, sent: 500, endpoint: "127.0.0.1:9" },
  };
  const server = createServer((socket) => {
    socket.on("data", (line) => {
      const { verb, id, tunnel } = JSON.parse(String(line));
      if (verb === "up") tunnels.set(id.vpn, tunnel);
      if (verb === "down") tunnels.delete(id.vpn);
      const there = tunnels.has(id.vpn) ? { ...status, received } : null;
      const answer = verb === "status" ? { answer: "status", tunnel: there } : { answer: "done" };
      socket.end(`${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise((resolve) => server.listen(SOCKET, () => resolve(null)));
  return {
    tunnels,
    receive: (bytes) => {
      received = bytes;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A real SSH server on this machine, with a key of its own, that lets nobody in. */
async function anSshd() {
  const folder = mkdtempSync(join(tmpdir(), "puente-sshd-"));
  const key = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const [, fingerprint = ""] = execFileSync("ssh-keygen", ["-lf", `${key}.pub`], {
    encoding: "utf8",
  }).split(" ");
  // Where the administrator runs it, it insists on an empty folder to lock itself into.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const port = await aFreePort();
  const child = spawn(
    "/usr/sbin/sshd",
    ["-D", "-e", "-f", "/dev/null", "-h", key, "-p", String(port)].concat(
      ["ListenAddress=127.0.0.1", "UsePAM=no", "StrictModes=no", "PasswordAuthentication=no"]
        .concat(["KbdInteractiveAuthentication=no", `AuthorizedKeysFile=${join(folder, "none")}`])
        .concat([`PidFile=${join(folder, "pid")}`])
        .flatMap((option) => ["-o", option]),
    ),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  let said = "";
  for await (const text of child.stderr) {
    said += text;
    if (said.includes("Server listening")) break;
  }
  assert.match(said, /Server listening/, said);
  const close = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, fingerprint, close };
}

/** @returns {Promise<number>} */
function aFreePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
