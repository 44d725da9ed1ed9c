import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { errorView } from "@/platform/mock/errors";
import { open } from "@/test/office";

test("the first start offers one's own office or an example, and the choice is kept", async () => {
  const { mock, user } = await open("/", { office: "new" });
  await user.click(screen.getByRole("button", { name: "Explorar con datos de ejemplo" }));
  expect(await screen.findByText(/Está viendo datos de ejemplo/)).toBeVisible();
  expect(mock.settings.start).toBe("demo");
  await user.click(screen.getByRole("button", { name: "Configurar mi oficina" }));
  await waitFor(() => expect(screen.queryByText(/Está viendo datos de ejemplo/)).toBeNull());
});

test("an office that is still being opened takes nobody away from where one has gone", async () => {
  const { mock, user } = await open("/", { office: "new" });
  const restart = mock.host;
  let opened = () => {};
  Object.assign(mock, {
    host: async (...words: Parameters<typeof restart>) => {
      if (words[0] === "restart") await new Promise<void>((resolve) => (opened = resolve));
      return restart(...words);
    },
  });
  await user.click(screen.getByRole("button", { name: "Configurar mi oficina" }));
  await waitFor(() => expect(mock.settings.start).toBe("office"));
  act(() => mock.stale("settings"));
  await user.click(await screen.findByRole("link", { name: "VPN" }));
  const asked = mock.calls.length;
  opened();
  await waitFor(() => expect(mock.calls.length).toBeGreaterThan(asked));
  expect(await screen.findByText("Todavía no hay ninguna VPN")).toBeVisible();
  expect(location.hash).toMatch(/^#\/vpn/);
});

test("an empty office begins with a server, and the next step is the one to press", async () => {
  const { user } = await open("/", { office: "empty" });
  expect(screen.getByText("Empiece por registrar un servidor")).toBeVisible();
  const steps = within(screen.getByRole("region", { name: "Puesta en marcha" }));
  expect(steps.getAllByRole("listitem")).toHaveLength(6);
  await user.click(steps.getByRole("button", { name: "Agregar servidor" }));
  expect(await screen.findByRole("complementary", { name: "Agregar servidor" })).toBeVisible();
});

test("one sentence says how things stand, and each matter has its way out", async () => {
  const { mock, user } = await open("/");
  expect(screen.getByText("3 asuntos necesitan su atención")).toBeVisible();
  const matters = within(screen.getByRole("region", { name: "Necesita su atención" }));
  await user.click(matters.getByRole("button", { name: "Reintentar" }));
  await waitFor(() => expect(mock.calls.some(({ name }) => name === "jobs.retry")).toBe(true));
});

test("everything is synchronised with one press, and its end is told in one sentence", async () => {
  const { mock, user } = await open("/");
  mock.servers = mock.servers.map((server) => ({ ...server, last_error: null }));
  await user.click(
    within(screen.getByRole("main")).getByRole("button", { name: "Sincronizar todo" }),
  );
  expect(
    await screen.findByText(/^18 trabajos terminados$/, {}, { timeout: 10_000 }),
  ).toBeVisible();
  expect(await screen.findByText("Todo está al día")).toBeVisible();
});

test("the company that is chosen above is the one that every tab is about", async () => {
  localStorage.setItem("puente.company", JSON.stringify("79845120"));
  await open("/");
  const runs = within(screen.getByRole("region", { name: "Últimas sincronizaciones" }));
  await waitFor(() => expect(runs.getAllByRole("row")).toHaveLength(3));
});

test("the palette finds without accents and goes there by keyboard", async () => {
  const { user } = await open("/");
  await user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox", { name: "Buscar o ejecutar" });
  await user.type(field, "napa");
  expect(screen.getAllByRole("option")).toHaveLength(1);
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Ferretería La Ñapa S.A.S." })).toBeVisible();
});

test("the keys are listed with ?, and lead to the tabs", async () => {
  const { user } = await open("/");
  await user.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "Atajos del teclado" })).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{Alt>}2{/Alt}");
  expect(await screen.findByRole("heading", { name: "Empresas" })).toBeVisible();
});

test("data that can't be opened says why, and a backup brings it back", async () => {
  const { mock, user } = await open("/");
  const [backup] = mock.backups;
  mock.problem = {
    error: errorView("es", "STORE_CORRUPT", { path: "puente.db", quarantine: "q", backup: "b" }),
    backups: backup ? [backup] : [],
    passphrase: false,
    profile: "office",
  };
  mock.tell({ type: "missed" });
  expect(await screen.findByText("Puente no puede abrir sus datos")).toBeVisible();
  expect(screen.getByRole("alert")).toHaveTextContent(/está dañado/);
  await user.click(screen.getByRole("button", { name: "Restaurar" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Restaurar" }));
  expect(await screen.findByRole("navigation", { name: "Secciones" })).toBeVisible();
});

test("without a keyring a passphrase is asked for, never plain text", async () => {
  const { mock, user } = await open("/");
  mock.problem = {
    error: errorView("es", "KEYRING_ABSENT"),
    backups: [],
    passphrase: true,
    profile: "office",
  };
  mock.tell({ type: "missed" });
  const field = await screen.findByLabelText("Frase de acceso");
  const use = screen.getByRole("button", { name: "Usar el archivo cifrado" });
  await user.type(field, "corta");
  expect(use).toBeDisabled();
  await user.type(field, " y ya larga");
  await user.click(use);
  expect(await screen.findByRole("navigation", { name: "Secciones" })).toBeVisible();
});

test("a command that fails while a tab opens is shown where it belongs", async () => {
  const { mock } = await open("/");
  mock.answers["servers.list"] = () => {
    throw new Error("boom");
  };
  mock.stale("servers");
  location.hash = "#/servidores";
  expect(await screen.findByRole("alert")).toHaveTextContent(/defecto propio/);
});
