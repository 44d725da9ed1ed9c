import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { errorView } from "@/platform/mock/errors";
import { server } from "@/platform/mock/seed";
import { open, rowsOf } from "@/test/office";

const FORM = { name: "Agregar servidor" };

async function fill(user: Awaited<ReturnType<typeof open>>["user"], over: Record<string, string>) {
  const values: Record<string, string> = {
    Nombre: "Sede sur",
    Equipo: "192.168.1.77",
    Usuario: "LECTOR",
    Contraseña: "una-clave",
    "Base maestra": "C:\\TNS\\ADMIN.GDB",
    ...over,
  };
  const form = within(await screen.findByRole("complementary", FORM));
  for (const [label, value] of Object.entries(values)) {
    const field = form.getByLabelText(new RegExp(`^${label}( \\*)?$`));
    await user.clear(field);
    if (value !== "") {
      await user.click(field);
      await user.paste(value);
    }
  }
  return form;
}

test("a server is tested before it can be saved, and its password goes out once", async () => {
  const { mock, user } = await open("/servidores?open=new");
  const form = await fill(user, {});
  expect(form.getByRole("button", { name: "Guardar" })).toBeDisabled();
  await user.click(form.getByRole("button", { name: "Probar" }));
  expect(await form.findByText(/Responde Firebird 3.0.11/)).toBeVisible();
  await user.click(form.getByRole("button", { name: "Guardar" }));
  await screen.findByRole("complementary", { name: "Sede sur" });
  const added = mock.calls.find(({ name }) => name === "servers.add");
  expect(added?.request).toMatchObject({ name: "Sede sur", password: "una-clave", no_test: false });
  expect(document.body.innerHTML).not.toContain("una-clave");
  expect(rowsOf("Servidores").some((row) => row.includes("Sede sur"))).toBe(true);
});

test("by keyboard a form begins at its first field, and its button has the focus again", async () => {
  const { user } = await open("/servidores");
  const add = screen.getAllByRole("button", { name: "Agregar servidor" })[0] as HTMLElement;
  add.focus();
  await user.keyboard("{Enter}");
  const form = within(await screen.findByRole("complementary", FORM));
  await waitFor(() => expect(form.getByRole("textbox", { name: /^Nombre/ })).toHaveFocus());
  await user.keyboard("{Escape}");
  await waitFor(() => expect(add).toHaveFocus());
});

test("Escape closes what lies over the panel, and only then the panel", async () => {
  const { user } = await open("/servidores?open=1");
  const panel = await screen.findByRole("complementary");
  // As in a browser, where a dialog is gone before the key has come down to the panel.
  const over = document.createElement("div");
  over.setAttribute("role", "dialog");
  document.body.append(over);
  document.addEventListener("keydown", () => over.remove(), { capture: true, once: true });
  await user.keyboard("{Escape}");
  expect(over).not.toBeInTheDocument();
  expect(panel).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(panel).not.toBeInTheDocument());
});

test("a page that is opened from the list of everything has the focus", async () => {
  const { user } = await open("/servidores");
  screen.getByRole("textbox", { name: "Nombre, dirección o ruta" }).focus();
  await user.keyboard("{Control>}k{/Control}");
  const palette = within(await screen.findByRole("dialog"));
  await user.type(palette.getByRole("combobox"), "actividad{Enter}");
  await screen.findByRole("heading", { name: "Actividad" });
  await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
});

test("what a test answers is brought into sight, whether good or bad", async () => {
  const { user } = await open("/servidores?open=new");
  const form = await fill(user, { Equipo: "cerrado" });
  const seen = vi.spyOn(HTMLElement.prototype, "scrollIntoView");
  await user.click(form.getByRole("button", { name: "Probar" }));
  const alert = await form.findByRole("alert");
  await waitFor(() => expect(seen.mock.contexts.at(-1)).toContainElement(alert));
  await user.clear(form.getByLabelText(/^Equipo/));
  await user.type(form.getByLabelText(/^Equipo/), "192.168.1.77");
  await user.click(form.getByRole("button", { name: "Probar" }));
  const status = await form.findByRole("status");
  await waitFor(() => expect(seen.mock.contexts.at(-1)).toContainElement(status));
});

test.each([
  ["a closed port", { Equipo: "cerrado" }, /nada atiende en el puerto 3050/, /Firebird usa 3050/],
  ["a wrong password", { Contraseña: "mala" }, /no aceptó/, /Escriba/],
  [
    "a path that is not there",
    { "Base maestra": "C:\\otra" },
    /no tiene la base|no encuentra/i,
    /ruta/i,
  ],
])("%s says why it failed and what to do", async (_, over, why, what) => {
  const { user } = await open("/servidores?open=new");
  const form = await fill(user, over);
  await user.click(form.getByRole("button", { name: "Probar" }));
  const alert = await form.findByRole("alert");
  expect(alert).toHaveTextContent(why);
  expect(alert).toHaveTextContent(what);
  expect(form.getByRole("button", { name: "Guardar" })).toBeDisabled();
});

test("the certificate of a SQL Server is shown, and pinned once a person trusts it", async () => {
  const { mock, user } = await open("/servidores?open=new");
  await user.click(await screen.findByText("SQL Server"));
  const form = await fill(user, { "Base maestra": "ADMIN" });
  expect(form.getByLabelText(/^Puerto/)).toHaveValue("1433");
  await user.click(form.getByRole("button", { name: "Probar" }));
  expect(await form.findByRole("alert")).toHaveTextContent(/SSL_Self_Signed_Fallback/);
  await user.click(form.getByRole("button", { name: "Confiar en este certificado" }));
  expect(form.getByLabelText(/^Huella/)).toHaveValue("5e".repeat(32));
  await user.click(form.getByRole("button", { name: "Probar" }));
  expect(await form.findByText(/Responde SQL Server 16/)).toBeVisible();
  await user.click(form.getByRole("button", { name: "Guardar" }));
  await screen.findByRole("complementary", { name: "Sede sur" });
  const added = mock.calls.find(({ name }) => name === "servers.add");
  expect(added?.request).toMatchObject({
    kind: "sqlserver",
    profile: "sqlserver",
    options: { sql_server: { encryption: "required", certificate: "5e".repeat(32) } },
  });
});

test("what fails can be copied with its detail", async () => {
  const { user } = await open("/servidores?open=new");
  const form = await fill(user, { Equipo: "cerrado" });
  await user.click(form.getByRole("button", { name: "Probar" }));
  const alert = within(await form.findByRole("alert"));
  await user.click(alert.getByText("Ver detalle"));
  expect(alert.getByTestId("detail")).toHaveTextContent("DB_PORT_CLOSED");
  await user.click(alert.getByRole("button", { name: "Copiar" }));
  expect(await navigator.clipboard.readText()).toContain("connection refused");
});

test("a host that never answers can be given up at once", async () => {
  const { user } = await open("/servidores?open=new", { speed: 1 });
  const form = await fill(user, { Equipo: "nunca" });
  await user.click(form.getByRole("button", { name: "Probar" }));
  await user.click(await form.findByRole("button", { name: "Dejar de esperar" }));
  expect(form.queryByRole("button", { name: "Dejar de esperar" })).toBeNull();
  expect(form.queryByRole("alert")).toBeNull();
  expect(form.getByRole("button", { name: "Probar" })).toBeEnabled();
});

test("a change after a good test asks for another test", async () => {
  const { user } = await open("/servidores?open=new");
  const form = await fill(user, {});
  await user.click(form.getByRole("button", { name: "Probar" }));
  await form.findByText(/Responde Firebird/);
  await user.type(form.getByLabelText(/^Equipo/), "8");
  expect(form.getByRole("button", { name: "Guardar" })).toBeDisabled();
  expect(form.queryByText(/Responde Firebird/)).toBeNull();
});

test.each([
  ["Puerto", "70000", "Escriba un número de 1 a 65535"],
  ["Puerto", "3050; DROP TABLE", "Escriba un número de 1 a 65535"],
  ["Equipo", "con espacio", "Escríbalo sin espacios"],
  ["Nombre", "", "Falta este dato"],
  ["Nombre", "ñ".repeat(81), "Use 80 caracteres o menos"],
])("field %s refuses “%s” as one leaves it", async (label, value, why) => {
  const { mock, user } = await open("/servidores?open=new");
  const form = await fill(user, { [label]: value });
  await user.tab();
  expect(form.getByText(why)).toBeVisible();
  await user.click(form.getByRole("button", { name: "Probar" }));
  expect(mock.calls.some(({ name }) => name === "servers.try")).toBe(false);
});

test("what was typed is there again after the panel was closed, but never the password", async () => {
  const { user } = await open("/servidores?open=new");
  await fill(user, { Nombre: "A medias" });
  await user.click(screen.getByRole("button", { name: "Cerrar" }));
  await user.click(screen.getByRole("button", { name: "Agregar servidor" }));
  const form = within(await screen.findByRole("complementary", FORM));
  expect(form.getByLabelText(/^Nombre/)).toHaveValue("A medias");
  expect(form.getByLabelText(/^Contraseña/)).toHaveValue("");
  expect(JSON.stringify(sessionStorage)).not.toContain("una-clave");
});

test("the password of a registered server is not shown, only replaced", async () => {
  const { mock, user } = await open("/servidores?open=1&edit=true");
  const form = within(await screen.findByRole("complementary", { name: /Modificar/ }));
  expect(form.getByText(/guardada en el llavero/)).toBeVisible();
  expect(form.queryByLabelText(/^Contraseña/)).toBeNull();
  await user.click(form.getByRole("button", { name: "Probar" }));
  expect(await form.findByText(/Responde Firebird 3.0.11/)).toBeVisible();
  const tried = mock.calls.find(({ name }) => name === "servers.try");
  expect(tried?.request).toMatchObject({ password: null, kept_of: 1 });
  await user.click(form.getByRole("button", { name: "Guardar" }));
  await screen.findByRole("complementary", { name: "Oficina principal" });
  const edited = mock.calls.find(({ name }) => name === "servers.edit");
  expect(edited?.request).toMatchObject({ password: null, no_test: false });
});

test("removing asks for the server's name, and says that it can't be undone", async () => {
  const { mock, user } = await open("/servidores?open=1");
  await user.click(await screen.findByRole("button", { name: "Quitar" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/12 empresas y años.*No se puede deshacer/)).toBeVisible();
  const verb = dialog.getByRole("button", { name: "Quitar el servidor" });
  expect(verb).toBeDisabled();
  await user.type(dialog.getByRole("textbox"), "Oficina principal");
  await user.click(verb);
  await waitFor(() => expect(mock.servers).toHaveLength(2));
  await waitFor(() =>
    expect(rowsOf("Servidores").some((row) => row.includes("Oficina principal"))).toBe(false),
  );
});

test("a failed test of a registered server changes its state in the list", async () => {
  const { mock, user } = await open("/servidores?open=1");
  mock.answers["servers.test"] = () => {
    const error = errorView("es", "DB_PORT_CLOSED", { host: "192.168.1.10", port: 3050 });
    mock.servers = mock.servers.map((server) =>
      server.id === 1 ? { ...server, last_error: error } : server,
    );
    throw Object.assign(new Error(), { view: error });
  };
  await user.click(await screen.findByRole("button", { name: "Probar" }));
  const panel = within(screen.getByRole("complementary", { name: "Oficina principal" }));
  expect(await panel.findByRole("alert")).toHaveTextContent("nada atiende");
  expect(rowsOf("Servidores")).toContainEqual(expect.stringMatching(/^Oficina.*No responde/));
});

test("ten thousand servers are a list of a few rows in sight, reached by keyboard", async () => {
  const servers = Array.from({ length: 10_000 }, (_, at) =>
    server(at + 1, { name: `Cliente ${String(at + 1).padStart(5, "0")}` }),
  );
  const { user } = await open("/servidores", { servers });
  const grid = screen.getByRole("grid", { name: "Servidores" });
  expect(grid).toHaveAttribute("aria-rowcount", "10001");
  expect(rowsOf("Servidores").length).toBeLessThan(60);
  grid.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(await screen.findByRole("complementary", { name: "Cliente 00003" })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
});

test.each([
  'Ñandú "el rápido" & Cía.',
  "<img src=x onerror=alert(1)>",
  "شركة الجسر",
  "🏪 Tienda 'O''Higgins'",
  "{{name}} $t(common.close)",
])("a server called %s is shown as it is", async (name) => {
  await open("/servidores?open=1", { servers: [server(1, { name })] });
  expect(await screen.findByRole("complementary", { name })).toBeVisible();
  expect(document.querySelector("img")).toBeNull();
});
