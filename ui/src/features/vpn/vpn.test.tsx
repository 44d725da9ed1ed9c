import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { NEW_PRINT, PRINT } from "@/platform/mock/vpns";
import { open, rowsOf } from "@/test/office";
import { check, FRESH, requestOf } from "./draft";

const CREATE = { name: "Crear una VPN" };
const CONF = `[Interface]
PrivateKey = 6Pn0Y1nHqX1QqfqYQqZ8cXn0n7kQ5m0b9c2d3e4f5g6=
Address = 10.9.0.4/32
PostUp = iptables -A FORWARD -j ACCEPT

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
Endpoint = 192.0.2.8:51820
AllowedIPs = 192.168.7.0/24
`;

type User = Awaited<ReturnType<typeof open>>["user"];

async function fill(user: User, over: Record<string, string | undefined> = {}) {
  const values: Record<string, string> = {
    Nombre: "Sede sur",
    Servidor: "vpn.sur.example",
    Usuario: "puente",
    Contraseña: "una-clave",
    ...over,
  };
  const form = within(await screen.findByRole("complementary", CREATE));
  for (const [label, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const field = form.getByLabelText(new RegExp(`^${label}( \\*)?$`), {
      selector: "input:not([type=radio])",
    });
    await user.clear(field);
    if (value === "") continue;
    await user.click(field);
    await user.paste(value);
  }
  return form;
}

test("the list says how each VPN is, and which servers are reached through it", async () => {
  const { user } = await open("/vpn");
  await waitFor(() => expect(rowsOf("Redes privadas")).toHaveLength(4));
  const rows = rowsOf("Redes privadas");
  expect(rows).toContainEqual(
    expect.stringMatching(/^Sede norteConectadaSede norte \(VPN\).*48,2 MB.*203\.0\.113\.7:51820/),
  );
  expect(rows).toContainEqual(expect.stringMatching(/^Bodega de SoledadSin conectar.*Importada/));
  await user.click(screen.getByRole("button", { name: "Incierta" }));
  await waitFor(() => expect(rowsOf("Redes privadas")).toHaveLength(1));
  await user.click(screen.getByRole("button", { name: "Incierta" }));
  await user.type(screen.getByRole("textbox", { name: /^Nombre, dirección/ }), "soledad");
  await waitFor(() => expect(rowsOf("Redes privadas")).toHaveLength(1));
});

test("a VPN that stands still is counted in the rail", async () => {
  await open("/");
  const rail = within(screen.getByRole("navigation", { name: "Secciones" }));
  await waitFor(() =>
    expect(rail.getByRole("link", { name: /^VPN/ })).toHaveTextContent("1 asunto pendiente"),
  );
});

test("where there is none, both ways to begin are offered", async () => {
  const { user } = await open("/vpn", { office: "empty" });
  expect(await screen.findByText("Todavía no hay ninguna VPN")).toBeVisible();
  await user.click(screen.getAllByRole("link", { name: "Importar .conf" })[1] as HTMLElement);
  expect(await screen.findByRole("complementary", { name: "Importar .conf" })).toBeVisible();
});

test("a VPN is made after the host key was compared and every command was seen", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user);
  expect(form.getByRole("button", { name: "Crear" })).toBeDisabled();
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  expect(await form.findByText(PRINT)).toBeVisible();
  expect(form.getByRole("alert")).toHaveTextContent(/no envió ninguna contraseña/);
  await user.click(form.getByRole("button", { name: "Es la misma: continuar" }));
  const plan = within(await form.findByRole("region", { name: "Lo que se hará en el servidor" }));
  expect(plan.getByText("10.8.3.12")).toBeVisible();
  expect(plan.getByText(/puente-peer add wg0/)).toBeVisible();
  expect(plan.getByText(/NOPASSWD: \/usr\/local\/sbin\/puente-peer/)).toBeInTheDocument();
  expect(mock.calls.some(({ name }) => name === "vpn.create")).toBe(false);
  const create = form.getByRole("button", { name: "Crear" });
  // Two presses before anything is drawn anew.
  act(() => {
    create.click();
    create.click();
  });
  expect(await screen.findByRole("complementary", { name: "Sede sur" })).toBeVisible();
  expect(mock.calls.filter(({ name }) => name === "vpn.create")).toHaveLength(1);
  expect(mock.calls.find(({ name }) => name === "vpn.create")?.request).toMatchObject({
    name: "Sede sur",
    host: "vpn.sur.example",
    port: 22,
    login: { kind: "password" },
    password: "una-clave",
    fingerprint: PRINT,
    interface: "wg0",
    address: null,
    preshared: true,
  });
  expect(JSON.stringify(sessionStorage)).not.toContain("una-clave");
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Sede surSin conectar.*10\.8\.3\.12/),
    ),
  );
  const log = await screen.findByRole("region", { name: "Lo que se ejecutó en el servidor" });
  expect(log).toHaveTextContent(/puente-peer add wg0 → ok/);
});

test.each([
  ["a closed port", { Servidor: "cerrado" }, /No se puede llegar a cerrado/, /Revise/],
  ["another program", { Servidor: "web" }, /responde otro programa, no SSH/, /22/],
])("%s says why and what to do before anything is asked", async (_, over, why, what) => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user, over);
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  const alert = await form.findByRole("alert");
  expect(alert).toHaveTextContent(why);
  expect(alert).toHaveTextContent(what);
  expect(form.getByRole("button", { name: "Crear" })).toBeDisabled();
  expect(mock.calls.some(({ name }) => name === "vpn.create")).toBe(false);
});

test.each([
  ["a refused login", { Contraseña: "mala" }, /no deja entrar a «puente».*password/],
  ["a key that changed", { Servidor: "otro" }, /La llave de otro cambió/],
  ["no WireGuard", { Servidor: "sin-wireguard" }, /WireGuard no está instalado/],
])("after the fingerprint, %s is told", async (_, over, why) => {
  const { user } = await open("/vpn?open=new");
  const form = await fill(user, over);
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await waitFor(() => expect(form.getByRole("alert")).toHaveTextContent(why));
  expect(form.queryByRole("button", { name: "Es la misma: continuar" })).toBeNull();
  expect(form.getByRole("button", { name: "Crear" })).toBeDisabled();
});

test("a locked key is opened by its passphrase, which is kept nowhere else", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user);
  await user.click(form.getByRole("radio", { name: "Llave privada" }));
  await fill(user, { "Archivo de la llave privada": "/home/ana/protegida", Contraseña: undefined });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await waitFor(() =>
    expect(form.getByRole("alert")).toHaveTextContent(/la frase de acceso falta o no es esa/),
  );
  await user.click(form.getByLabelText("Frase de acceso de la llave"));
  await user.paste("frase");
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await form.findByRole("region", { name: "Lo que se hará en el servidor" });
  await user.click(form.getByRole("button", { name: "Crear" }));
  expect(await screen.findByRole("complementary", { name: "Sede sur" })).toBeVisible();
  expect(mock.calls.find(({ name }) => name === "vpn.create")?.request).toMatchObject({
    login: { kind: "key", path: "/home/ana/protegida" },
    password: "frase",
    sudo_password: null,
  });
  expect(JSON.stringify(sessionStorage)).not.toContain('frase"');
});

test("the keys of an agent need no password, and one that is not there says what to do", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user, { Servidor: "sin-agente" });
  await user.click(form.getByRole("radio", { name: "Agente SSH" }));
  const password = /^(Contraseña|Frase de acceso de la llave)( \*)?$/;
  expect(form.queryByLabelText(password, { selector: "input:not([type=radio])" })).toBeNull();
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await waitFor(() => expect(form.getByRole("alert")).toHaveTextContent(/ssh-add/));
  await fill(user, { Contraseña: undefined });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await form.findByRole("region", { name: "Lo que se hará en el servidor" });
  expect(mock.calls.findLast(({ name }) => name === "vpn.preview")?.request).toMatchObject({
    login: { kind: "agent" },
    password: null,
  });
});

test("a server without WireGuard is set up by steps that were seen, and then looked at", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user, { Servidor: "sin-wireguard" });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await user.click(await form.findByRole("button", { name: "Preparar el servidor" }));
  const set = within(
    await form.findByRole("region", { name: "Preparar el servidor con WireGuard" }),
  );
  expect(set.getByRole("button", { name: "Preparar" })).toBeDisabled();
  await user.click(set.getByRole("button", { name: "Ver los pasos" }));
  expect(await set.findByText("Debian GNU/Linux 12 (bookworm)")).toBeVisible();
  expect(set.getByText("ufw allow 51820/udp")).toBeVisible();
  expect(set.getByText("ufw delete allow 51820/udp")).toBeInTheDocument();
  expect(mock.calls.some(({ name }) => name === "vpn.setup.run")).toBe(false);
  await user.click(set.getByRole("button", { name: "Preparar" }));
  expect(await form.findByText(/El servidor está listo/)).toBeVisible();
  const preview = mock.calls.find(({ name }) => name === "vpn.setup.preview")?.request;
  expect(preview).toMatchObject({ host: "sin-wireguard", password: "una-clave", network: null });
  const run = mock.calls.find(({ name }) => name === "vpn.setup.run")?.request;
  expect(run).toMatchObject({ ...(preview as object), seal: expect.any(String) });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  expect(await form.findByRole("region", { name: "Lo que se hará en el servidor" })).toBeVisible();
});

test("steps that were seen before something changed are not run", async () => {
  const { user } = await open("/vpn?open=new");
  const form = await fill(user, { Servidor: "sin-wireguard" });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await user.click(await form.findByRole("button", { name: "Preparar el servidor" }));
  await user.click(await form.findByRole("button", { name: "Ver los pasos" }));
  await form.findByText("ufw allow 51820/udp");
  await user.type(form.getByRole("textbox", { name: "Puerto UDP" }), "51999");
  expect(form.queryByText("ufw allow 51820/udp")).toBeNull();
  expect(form.getByRole("button", { name: "Preparar" })).toBeDisabled();
});

test("what was done to a server is undone after its name was typed, and what was there stays", async () => {
  const { mock, user } = await open("/vpn?open=setups");
  const panel = within(await screen.findByRole("complementary", { name: "Servidores preparados" }));
  expect(panel.getByText("Ya estaba")).toBeVisible();
  await user.click(panel.getByRole("button", { name: "Deshacer" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/del último al primero/)).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "203.0.113.7");
  await user.click(dialog.getByRole("button", { name: "Deshacer" }));
  await waitFor(() => expect(panel.getAllByText("Deshecho")).toHaveLength(4));
  expect(panel.getByText("Ya estaba")).toBeVisible();
  expect(mock.calls.filter(({ name }) => name === "vpn.setup.undo")).toHaveLength(1);
});

test("another host has another key: it is asked about again", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user);
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Es la misma: continuar" }));
  await form.findByRole("region", { name: "Lo que se hará en el servidor" });
  await user.type(form.getByLabelText(/^Servidor/), "x");
  expect(form.queryByRole("region", { name: "Lo que se hará en el servidor" })).toBeNull();
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await form.findByRole("button", { name: "Es la misma: continuar" });
  const asked = mock.calls.filter(({ name }) => name === "vpn.preview").at(-1);
  expect(asked?.request).toMatchObject({ fingerprint: null });
});

test("a server that never answers can be given up at once", async () => {
  const { user } = await open("/vpn?open=new", { speed: 1 });
  const form = await fill(user, { Servidor: "nunca" });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  await user.click(await form.findByRole("button", { name: "Dejar de esperar" }));
  expect(form.queryByRole("button", { name: "Dejar de esperar" })).toBeNull();
  expect(form.queryByRole("alert")).toBeNull();
});

test("a field says what is wrong as one leaves it, and nothing is asked meanwhile", async () => {
  const { mock, user } = await open("/vpn?open=new");
  const form = await fill(user, { Servidor: "con espacio", Usuario: "" });
  await user.click(form.getByRole("button", { name: "Ver qué se hará" }));
  expect(form.getByText("Escríbalo sin espacios")).toBeVisible();
  expect(form.getByText("Falta este dato")).toBeVisible();
  expect(mock.calls.some(({ name }) => name === "vpn.preview")).toBe(false);
});

test.each([
  ["interface", "wg0; reboot", "interface"],
  ["interface", "una-interfaz-muy-larga", "interface"],
  ["address", "10.8.3.999", "address"],
  ["allowed", "192.168.1.0/33", "networks"],
  ["allowed", "la oficina", "networks"],
  ["port", "0", "port"],
] as const)("field %s refuses “%s”", (name, value, why) => {
  expect(check({ ...FRESH, [name]: value })[name]).toBe(why);
});

test("networks are sent as a list, and a key without its password", () => {
  const request = requestOf({
    ...FRESH,
    login: "key",
    key_path: " ~/.ssh/id ",
    allowed: "192.168.1.0/24, fd00::/8",
  });
  expect(request.login).toEqual({ kind: "key", path: "~/.ssh/id" });
  expect(request.allowed).toEqual(["192.168.1.0/24", "fd00::/8"]);
  expect(check({ ...FRESH, allowed: "192.168.1.0/24, fd00::/8" }).allowed).toBeUndefined();
});

test("a file of someone else is taken in, and its commands are refused with the reason", async () => {
  const { mock, user } = await open("/vpn?open=import");
  const panel = within(await screen.findByRole("complementary", { name: "Importar .conf" }));
  const file = new File([CONF], "sede-centro.conf", { type: "text/plain" });
  // jsdom's files can't be read.
  file.text = async () => CONF;
  await user.upload(panel.getByLabelText("Archivo .conf", { selector: "input" }), file);
  expect(await panel.findByText(/sede-centro\.conf/)).toBeVisible();
  expect(panel.getByRole("textbox", { name: /^Nombre/ })).toHaveValue("sede-centro");
  expect(document.body.innerHTML).not.toContain("6Pn0Y1nHqX1Qqfq");
  await user.click(panel.getByRole("button", { name: "Importar" }));
  const left = within(await screen.findByRole("complementary", { name: /importada/ }));
  expect(left.getByRole("alert")).toHaveTextContent(/quería ejecutar una orden.*no la ejecuta/);
  expect(left.getByText("PostUp = iptables -A FORWARD -j ACCEPT")).toBeVisible();
  await user.click(left.getByRole("button", { name: "Entendido" }));
  expect(await screen.findByRole("complementary", { name: "sede-centro" })).toBeVisible();
  expect(mock.calls.find(({ name }) => name === "vpn.import")?.request).toEqual({
    name: "sede-centro",
    conf: CONF,
  });
});

test("a dropped file is read, and one dropped beside the frame leaves the page as it is", async () => {
  await open("/vpn?open=import");
  const panel = within(await screen.findByRole("complementary", { name: "Importar .conf" }));
  const file = new File([CONF], "Bodega.conf");
  file.text = async () => CONF;
  expect(fireEvent.drop(document.body, { dataTransfer: { files: [file] } })).toBe(false);
  expect(panel.queryByText(/Bodega\.conf/)).toBeNull();
  fireEvent.drop(panel.getByRole("region", { name: "Archivo .conf" }), {
    dataTransfer: { files: [file] },
  });
  expect(await panel.findByText(/Bodega\.conf/)).toBeVisible();
  expect(panel.getByRole("button", { name: "Importar" })).toBeEnabled();
});

test("text that is no file of WireGuard says so, and what was pasted stays", async () => {
  const { user } = await open("/vpn?open=import");
  const panel = within(await screen.findByRole("complementary", { name: "Importar .conf" }));
  await user.click(panel.getByRole("textbox", { name: "O pegue aquí su texto" }));
  await user.paste("hola");
  await user.type(panel.getByRole("textbox", { name: /^Nombre/ }), "Otra");
  await user.click(panel.getByRole("button", { name: "Importar" }));
  expect(await panel.findByRole("alert")).toHaveTextContent(/no está bien en la línea 1/);
  expect(panel.getByRole("textbox", { name: "O pegue aquí su texto" })).toHaveValue("hola");
});

test("this PC is connected with a port that leads to the database, and let go", async () => {
  const { mock, user } = await open("/vpn?open=1");
  const panel = within(await screen.findByRole("complementary", { name: "Sede norte" }));
  expect(panel.getByText("127.0.0.1:40123")).toBeVisible();
  await user.click(panel.getByRole("button", { name: "10.8.0.14:3050" }));
  await user.click(panel.getByRole("button", { name: "Abrir puerto" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "vpn.connect")?.request).toEqual({
      vpn: "1",
      target: "10.8.0.14:3050",
      port: null,
    }),
  );
  expect(await panel.findByText("127.0.0.1:40124")).toBeVisible();
  await user.click(panel.getByRole("button", { name: "Desconectar" }));
  await waitFor(() => expect(panel.queryByText("127.0.0.1:40123")).toBeNull());
  expect(rowsOf("Redes privadas")).toContainEqual(expect.stringMatching(/^Sede norteSin conectar/));
});

test("a target that is none is refused before anything is asked", async () => {
  const { mock, user } = await open("/vpn?open=1");
  const panel = within(await screen.findByRole("complementary", { name: "Sede norte" }));
  await user.type(panel.getByRole("textbox", { name: "A dónde llevar el puerto" }), "la base");
  expect(panel.getByText("Escríbalo como 192.168.1.10:3050")).toBeVisible();
  expect(panel.getByRole("button", { name: "Abrir puerto" })).toBeDisabled();
  expect(mock.calls.some(({ name }) => name === "vpn.connect")).toBe(false);
});

test("nobody answering says which UDP port to open, and where", async () => {
  const { user } = await open("/vpn?open=2");
  const panel = within(await screen.findByRole("complementary", { name: "Bodega de Soledad" }));
  await user.click(panel.getByRole("button", { name: "Conectar" }));
  expect(await panel.findByRole("alert")).toHaveTextContent(/no respondió en 10 s/);
  const steps = panel.getByRole("region", { name: "Qué abrir, y dónde" });
  expect(steps).toHaveTextContent(/UDP al puerto 51820 de 198\.51\.100\.20/);
  expect(steps).toHaveTextContent(/dirija el puerto UDP 51820 hacia el servidor/);
});

test("the server tells how it sees this PC, and who else is there", async () => {
  const { mock, user } = await open("/vpn?open=1");
  const panel = within(await screen.findByRole("complementary", { name: "Sede norte" }));
  mock.answers["vpn.ask"] = () => ({
    known: true,
    handshake_seconds: null,
    received: 0,
    sent: 0,
    endpoint: null,
  });
  await user.click(panel.getByRole("button", { name: "Preguntar al servidor" }));
  expect(await panel.findByText(/nunca le llegó su saludo/)).toBeVisible();
  expect(panel.getByText(/Nada llega por UDP al puerto 51820/)).toBeVisible();
  await user.click(panel.getByRole("button", { name: "Ver todas sus conexiones" }));
  const table = await panel.findByRole("table", { name: "Conexiones del servidor" });
  const rows = within(table).getAllByRole("row").slice(1);
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringMatching(/^Este equipo/),
    expect.stringMatching(/^De otro10\.8\.3\.2/),
    expect.stringMatching(/^De otro10\.8\.3\.3\/32Solo en el archivo/),
  ]);
  expect(within(table).queryByRole("button")).toBeNull();
});

test("what is uncertain is settled by asking", async () => {
  const { user } = await open("/vpn?open=3");
  const panel = within(await screen.findByRole("complementary", { name: "Contadora externa" }));
  await user.click(panel.getByRole("button", { name: "Preguntar al servidor" }));
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(
      expect.stringMatching(/^Contadora externaSin conectar/),
    ),
  );
});

test("the code of a VPN is shown when asked for, after a warning, and hides itself", async () => {
  const { mock, user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Código QR" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/contiene la llave privada/)).toBeVisible();
  expect(mock.calls.some(({ name }) => name === "vpn.qr")).toBe(false);
  await user.click(dialog.getByRole("button", { name: "Mostrar el código" }));
  expect(await dialog.findByRole("img", { name: /^Código QR/ })).toBeVisible();
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now + 61_000);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  await waitFor(() => expect(dialog.queryByRole("img")).toBeNull());
  expect(dialog.getByRole("button", { name: "Mostrar el código" })).toBeVisible();
});

test("a code is hidden when the window is no longer looked at", async () => {
  const { user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Código QR" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Mostrar el código" }));
  await dialog.findByRole("img", { name: /^Código QR/ });
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  await waitFor(() => expect(dialog.queryByRole("img")).toBeNull());
});

test("the file is written after a warning, and its text never comes to the page", async () => {
  const { mock, user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Descargar .conf" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/contiene la llave privada/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Descargar" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(mock.calls.find(({ name }) => name === "vpn.export")?.request).toEqual({
    vpns: ["1"],
    output: "/home/oficina/Documentos/Sedenorte.conf",
    overwrite: true,
  });
  expect(mock.calls.some(({ name }) => name === "vpn.conf")).toBe(false);
});

test("those in sight that can be used are exported together", async () => {
  const { mock, user } = await open("/vpn");
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("Exportar los archivos de 2 VPN")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Descargar" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "vpn.export")?.request).toEqual({
      vpns: ["2", "1"],
      output: "/home/oficina/Documentos/redes-privadas.zip",
      overwrite: true,
    }),
  );
});

test("a server that was installed anew is refused until its key was compared", async () => {
  const { mock, user } = await open("/vpn?open=1&edit=true");
  const form = within(await screen.findByRole("complementary", { name: /^Cómo se entra/ }));
  expect(form.getByLabelText(/^Archivo de la llave/)).toHaveValue("/home/oficina/.ssh/id_ed25519");
  await user.clear(form.getByLabelText(/^Servidor/));
  await user.type(form.getByLabelText(/^Servidor/), "reinstalado");
  await user.click(form.getByRole("button", { name: "Guardar y preguntar al servidor" }));
  expect(await form.findByRole("alert")).toHaveTextContent(/La llave de reinstalado cambió/);
  await user.click(form.getByRole("button", { name: "Ver la huella nueva" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(NEW_PRINT)).toBeVisible();
  const trust = dialog.getByRole("button", { name: "Es la misma: confiar" });
  expect(trust).toBeDisabled();
  await user.type(dialog.getByRole("textbox"), "Sede norte");
  await user.click(trust);
  expect(await screen.findByRole("complementary", { name: "Sede norte" })).toBeVisible();
  const [first, second] = mock.calls.filter(({ name }) => name === "vpn.login");
  expect(first?.request).toMatchObject({ vpn: "1", host: "reinstalado", password: null });
  expect(first?.request).not.toHaveProperty("fingerprint");
  expect(second?.request).toEqual({ vpn: "1", fingerprint: NEW_PRINT });
});

test("revoking says whom it cuts off, and asks for the name", async () => {
  const { mock, user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Revocar" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/corta al instante/)).toBeVisible();
  expect(dialog.getByText("Dejarán de responder: Sede norte (VPN).")).toBeVisible();
  const verb = dialog.getByRole("button", { name: "Revocar ahora" });
  expect(verb).toBeDisabled();
  await user.type(dialog.getByRole("textbox"), "Sede norte");
  await user.click(verb);
  await waitFor(() =>
    expect(rowsOf("Redes privadas")).toContainEqual(expect.stringMatching(/^Sede norteRevocada/)),
  );
  expect(mock.calls.filter(({ name }) => name === "vpn.revoke")).toHaveLength(1);
});

test("keys are changed after a word about what stops working", async () => {
  const { mock, user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Cambiar llaves" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/códigos QR que se sacaron antes dejan de servir/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Cambiar las llaves" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "vpn.rotate")?.request).toEqual({ vpn: "1" }),
  );
});

test("one that servers use is not removed, and the reason is told", async () => {
  const { user } = await open("/vpn?open=1");
  await user.click(await screen.findByRole("button", { name: "Quitar" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/Cámbielos antes en Servidores/)).toBeVisible();
  expect(dialog.getByText(/El servidor la seguirá conociendo/)).toBeVisible();
  await user.type(dialog.getByRole("textbox"), "Sede norte");
  await user.click(dialog.getByRole("button", { name: "Quitar" }));
  expect(await dialog.findByRole("alert")).toBeVisible();
});

test("an imported one is removed with its keys", async () => {
  const { user } = await open("/vpn?open=2");
  const panel = within(await screen.findByRole("complementary", { name: "Bodega de Soledad" }));
  expect(panel.queryByRole("button", { name: "Revocar" })).toBeNull();
  await user.click(panel.getByRole("button", { name: "Quitar" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "Bodega de Soledad");
  await user.click(dialog.getByRole("button", { name: "Quitar" }));
  await waitFor(() => expect(rowsOf("Redes privadas")).toHaveLength(3));
});

test("what the server has not done yet is asked of it again", async () => {
  const { mock, user } = await open("/vpn?open=3");
  const panel = within(await screen.findByRole("complementary", { name: "Contadora externa" }));
  expect(panel.getByRole("alert")).toHaveTextContent(/no respondió en 40 segundos/);
  expect(panel.getByText(/le pregunta si ya se hizo/)).toBeVisible();
  await user.click(await panel.findByRole("button", { name: "Reintentar" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "vpn.retry")?.request).toEqual({ vpn: "3" }),
  );
  expect(await panel.findByRole("button", { name: "Descargar .conf" })).toBeVisible();
  expect(panel.queryByRole("alert")).toBeNull();
});

test("work on the server is shown with a way to cancel it", async () => {
  const { mock, user } = await open("/vpn?open=1", { speed: 1 });
  act(() => void mock.enqueue("vpn.peer", "Sede norte", {}));
  const panel = within(await screen.findByRole("complementary", { name: "Sede norte" }));
  await user.click(await panel.findByRole("button", { name: "Cancelar: Sede norte" }));
  await waitFor(() => expect(mock.calls.some(({ name }) => name === "jobs.cancel")).toBe(true));
});

test("a server is reached through a VPN that is chosen in its form", async () => {
  const { mock, user } = await open("/servidores?open=1&edit=true");
  const form = within(await screen.findByRole("complementary", { name: /Modificar/ }));
  await user.click(await form.findByRole("combobox", { name: "Por la VPN" }));
  const names = screen.getAllByRole("option").map((option) => option.textContent);
  expect(names, "only those that work").toEqual(["Sede norte", "Bodega de Soledad"]);
  await user.click(screen.getByRole("option", { name: "Bodega de Soledad" }));
  await user.click(form.getByRole("button", { name: "Probar" }));
  await form.findByText(/Responde Firebird/);
  await user.click(form.getByRole("button", { name: "Guardar" }));
  const panel = within(await screen.findByRole("complementary", { name: "Oficina principal" }));
  expect(mock.calls.find(({ name }) => name === "servers.edit")?.request).toMatchObject({
    options: { vpn: 2 },
  });
  await user.click(await panel.findByRole("link", { name: "Bodega de Soledad" }));
  const vpn = within(await screen.findByRole("complementary", { name: "Bodega de Soledad" }));
  expect(vpn.getByRole("link", { name: "Oficina principal" })).toBeVisible();
});
