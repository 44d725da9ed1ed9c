import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { SalesChannel } from "@/generated/commands";
import { open } from "@/test/office";

const asked = (mock: { calls: { name: string; request: unknown }[] }, wanted: string) =>
  mock.calls.filter(({ name }) => name === wanted).map(({ request }) => request);

test("the example office goes all eleven steps, and adds up what they came to", async () => {
  const demo = { office: "empty", settings: { start: "demo" } } as const;
  const { user } = await open("/facturacion", demo);
  await user.click(await screen.findByRole("button", { name: "Recorrer los once pasos" }));
  await user.click(screen.getByRole("radio", { name: "Pasos" }));
  const shop = within(await screen.findByRole("region", { name: "Tienda de ejemplo" }));
  expect(await shop.findByText("Facturas hechas dos veces")).toBeVisible();
  expect(shop.getByText("390")).toBeVisible();
  expect(shop.getByText(/Artículo sin equivalencia: 21/)).toBeVisible();
});

test("an office's own data has no example shop", async () => {
  await open("/facturacion?view=steps");
  await screen.findByRole("region", { name: "De la venta a la factura" });
  expect(screen.queryByRole("region", { name: "Tienda de ejemplo" })).toBeNull();
});

test("what no longer fits leads to where it is mended, and what only changed is put away", async () => {
  const { mock, user } = await open("/facturacion?view=steps");
  const table = await screen.findByRole("table", { name: /ya no tiene como estaba/ });
  expect(within(table).getAllByRole("row")).toHaveLength(3);
  await user.click(screen.getByRole("button", { name: "Visto: SIIGO Ferretería" }));
  await waitFor(() => expect(within(table).getAllByRole("row")).toHaveLength(2));
  expect(asked(mock, "sales.misfits.seen")).toEqual([{ ledger: "SIIGO Ferretería" }]);
  await user.click(within(table).getByRole("link", { name: "Corregir" }));
  expect(await screen.findByRole("table", { name: "Equivalencias" })).toBeVisible();
});

test("a difference is accepted with its reason, and the sale is ready", async () => {
  const { mock, user } = await open("/facturacion?open=395");
  await user.click(await screen.findByRole("button", { name: "Facturar de todos modos" }));
  const dialog = within(await screen.findByRole("dialog"));
  const go = dialog.getByRole("button", { name: "Facturar de todos modos" });
  expect(go).toBeDisabled();
  await user.type(dialog.getByLabelText(/^Por qué es correcto/), "Descuento acordado");
  await user.click(go);
  await waitFor(() =>
    expect(asked(mock, "sales.accept")).toEqual([{ sale: "395", note: "Descuento acordado" }]),
  );
});

test("credit notes that wait are listed, and end with their number", async () => {
  const { mock, user } = await open("/facturacion");
  await user.click(await screen.findByRole("button", { name: "2 notas crédito por hacer" }));
  const panel = within(await screen.findByRole("complementary"));
  const [number] = await panel.findAllByRole("textbox", { name: "Número de la nota crédito" });
  await user.type(number as HTMLElement, "NC-7");
  await user.click(panel.getAllByRole("button", { name: "Ya está hecha" })[0] as HTMLElement);
  await waitFor(() => expect(asked(mock, "sales.tasks.done")).toEqual([{ task: 1, note: "NC-7" }]));
  await waitFor(() =>
    expect(panel.getAllByRole("textbox", { name: "Número de la nota crédito" })).toHaveLength(1),
  );
});

test("rules wait for what the ledger proposes, and keep what was typed meanwhile", async () => {
  const { mock, user } = await open("/facturacion?view=steps");
  const [channel] = await mock.call("sales.channels.list", {});
  if (!channel) throw new Error("no channel");
  let answer = (_: SalesChannel) => {};
  const unread = { ...channel, rules: {}, proposal: null, complete: false };
  mock.answers["sales.channels.list"] = () => [unread];
  act(() => mock.stale("sales_accounts"));
  const channels = within(await screen.findByRole("region", { name: "De dónde salen las ventas" }));
  await user.click(await channels.findByRole("link", { name: /reglas/i }));
  const form = within(await screen.findByRole("complementary"));
  await user.type(await form.findByLabelText(/^Correo por omisión/), "a@b.example");
  mock.answers["sales.channels.list"] = () =>
    new Promise((resolve) => {
      answer = (channel) => resolve([channel]);
    });
  act(() => mock.stale("sales_accounts"));
  const save = form.getByRole("button", { name: "Guardar" });
  await waitFor(() => expect(save).toBeDisabled());
  answer({ ...unread, proposal: channel.proposal });
  await waitFor(() => expect(save).toBeEnabled());
  await user.click(save);
  await waitFor(() => expect(asked(mock, "sales.channels.set")).toHaveLength(1));
  expect(asked(mock, "sales.channels.set")).toMatchObject([
    { rules: { ...channel.proposal, email: "a@b.example" } },
  ]);
});

test("an account is taken away only after it is said what is lost", async () => {
  const { mock, user } = await open("/facturacion?view=steps");
  const channels = within(await screen.findByRole("region", { name: "De dónde salen las ventas" }));
  await user.click(await channels.findByRole("button", { name: "Retirar" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/facturas que ya están se conservan/)).toBeVisible();
  expect(asked(mock, "sales.channels.remove")).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Retirar" }));
  expect(await channels.findByText("Retirada")).toBeVisible();
});

test("the list is exported as it is shown", async () => {
  const { mock, user } = await open("/facturacion?state=ready");
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: "CSV" }));
  await waitFor(() =>
    expect(asked(mock, "sales.export")).toMatchObject([
      { filter: { states: ["ready"] }, sort: "date", ascending: false, format: "csv" },
    ]),
  );
});

test("margins are exported in groups, or amount by amount", async () => {
  const { mock, user } = await open("/facturacion?view=margin");
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: "Valores, CSV" }));
  await waitFor(() =>
    expect(asked(mock, "sales.margin.export")).toMatchObject([{ by: "month", amounts: true }]),
  );
});

test("the browser is waited for where the registered address is this machine", async () => {
  const { mock, user } = await open("/facturacion?view=steps&setup=channel");
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Otra cuenta");
  await user.type(
    screen.getByRole("textbox", { name: /^Dirección de regreso/ }),
    "https://localhost:8443/puente",
  );
  await user.type(screen.getByRole("textbox", { name: /^Número de la aplicación/ }), "123");
  await user.type(screen.getByLabelText(/^Clave secreta/), "s3creta");
  await user.click(screen.getByRole("button", { name: "Continuar" }));
  await user.click(await screen.findByRole("button", { name: "Esperar al navegador aquí" }));
  expect(await screen.findByText(/nadie certifica este equipo/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Dejar de esperar" }));
  await waitFor(() => expect(asked(mock, "sales.channels.unlisten")).toEqual([{ channel: "2" }]));
});

test("what the list shows is kept under a name", async () => {
  const { mock, user } = await open("/facturacion?state=refused");
  await user.click(await screen.findByRole("button", { name: "Vistas" }));
  await user.click(await screen.findByRole("menuitem", { name: /Guardar/ }));
  await user.type(await screen.findByRole("textbox", { name: "Nombre de la vista" }), "Rechazadas");
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() =>
    expect(asked(mock, "saved.save")).toMatchObject([
      { list: "sales", name: "Rechazadas", shows: { state: "refused", by: "date" } },
    ]),
  );
});

test("suggestions are looked at before all of them are taken", async () => {
  const { mock, user } = await open("/facturacion?view=mappings");
  await user.click(await screen.findByRole("button", { name: "Aplicar sugerencias" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText("ÑAM-01")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Usar esta sugerencia" }));
  await waitFor(() =>
    expect(
      asked(mock, "sales.mappings.suggest").map((one) => (one as { apply: boolean }).apply),
    ).toEqual([false, true]),
  );
});

test("the cost of goods is taken from the warehouse of a company", async () => {
  const { mock, user } = await open("/facturacion?view=margin");
  await user.click(await screen.findByRole("button", { name: "Costos" }));
  await user.click(await screen.findByRole("combobox", { name: /^Bodega de/ }));
  const [first] = await screen.findAllByRole("option");
  await user.click(first as HTMLElement);
  await waitFor(() =>
    expect(asked(mock, "sales.costs.source")).toMatchObject([
      { channel: "1", nit: expect.stringMatching(/^\d+$/) },
    ]),
  );
  expect(await screen.findByText(/^Costos tomados el/)).toBeVisible();
});

test("of what was chosen only what was shown is sent", async () => {
  const { mock, user } = await open("/facturacion");
  const boxes = await screen.findAllByRole("checkbox", { name: "Elegir esta fila" });
  for (const at of [0, 1, 3, 5]) await user.click(boxes[at] as HTMLElement);
  await user.click(await screen.findByRole("button", { name: "Facturar 2 ventas" }));
  const dialog = within(await screen.findByRole("dialog"));
  await dialog.findByText(/Se envían 2 facturas/);
  await user.click(dialog.getByRole("button", { name: "Facturar 2 ventas" }));
  await waitFor(() =>
    expect(asked(mock, "sales.send")).toEqual([{ filter: { ids: [400, 399], states: ["ready"] } }]),
  );
});

test("a refused sale is sent again by name, after it is shown", async () => {
  const { mock, user } = await open("/facturacion?state=refused");
  await user.click(await screen.findByRole("button", { name: "Enviar de nuevo 2 ventas" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(await dialog.findByRole("button", { name: "Enviar de nuevo 2 ventas" }));
  await waitFor(() => expect(asked(mock, "sales.send")).toEqual([{ sales: [392, 379] }]));
});
