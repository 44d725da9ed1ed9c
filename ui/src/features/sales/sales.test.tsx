import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { open, rowsOf } from "@/test/office";
import { endOf, startOf } from "./days";

test("sales are filtered by state, and what blocks them is counted", async () => {
  const { mock, user } = await open("/facturacion");
  await user.click(await screen.findByRole("button", { name: "Pendiente" }));
  await waitFor(() =>
    expect(rowsOf("Ventas").every((row) => row.includes("Pendiente"))).toBe(true),
  );
  await user.click(await screen.findByRole("button", { name: /Ciudad sin equivalencia ·/ }));
  await waitFor(() => {
    const asked = mock.calls.filter(({ name }) => name === "sales.list").at(-1)?.request;
    expect(asked).toMatchObject({ filter: { states: ["pending"], reasons: ["unknown_city"] } });
  });
});

test("chosen sales are shown to the letter before they are invoiced", async () => {
  const { mock, user } = await open("/facturacion?state=ready");
  const boxes = await screen.findAllByRole("checkbox", { name: "Elegir esta fila" });
  await user.click(boxes[0] as HTMLElement);
  await user.click(boxes[1] as HTMLElement);
  expect(await screen.findByText(/^2 elegidas/)).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Facturar 2 ventas" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText(/Se envían 2 facturas a SIIGO/)).toBeVisible();
  const first = dialog.getByRole("region").querySelector("details") as HTMLDetailsElement;
  first.open = true;
  first.dispatchEvent(new Event("toggle"));
  expect(await dialog.findByText(/"taxed_price"/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Facturar 2 ventas" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const sent = mock.calls.find(({ name }) => name === "sales.send")?.request;
  expect((sent as { filter: { ids: number[] } }).filter.ids).toHaveLength(2);
});

test("everything ready that the filter lets through is invoiced without choosing", async () => {
  const { mock, user } = await open("/facturacion");
  await user.click(await screen.findByRole("button", { name: /^Facturar \d+ ventas/ }));
  const dialog = within(await screen.findByRole("dialog"));
  await dialog.findByText(/Se envían \d+ facturas/);
  await user.click(dialog.getByRole("button", { name: /^Facturar/ }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.send")?.request).toMatchObject({
      filter: { states: ["ready"], ids: expect.any(Array) },
    }),
  );
});

test("a sale in doubt shows its evidence, and is sent again only after a warning", async () => {
  const { mock, user } = await open("/facturacion?open=397");
  expect(await screen.findByText(/SIIGO no respondió\.$/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "No está: enviar de nuevo" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/quedará allí dos veces/)).toBeVisible();
  expect(mock.calls.some(({ name }) => name === "sales.decide")).toBe(false);
  await user.click(dialog.getByRole("button", { name: "No está: enviar de nuevo" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.decide")?.request).toEqual({
      sale: "397",
      decision: { decision: "again" },
    }),
  );
});

test("a reason leads to where it is mended", async () => {
  const { user } = await open("/facturacion?reason=unmapped_product");
  await waitFor(() => expect(rowsOf("Ventas").length).toBeGreaterThan(0));
  await user.click(screen.getAllByText(/no tiene producto en SIIGO/)[0] as HTMLElement);
  await user.click(await screen.findByRole("link", { name: "Elegir producto" }));
  expect(await screen.findByRole("table", { name: "Equivalencias" })).toBeVisible();
});

test("SIIGO is connected after its credentials were tried, and its catalogue is fetched", async () => {
  const { mock, user } = await open("/facturacion?view=steps", { office: "empty" });
  const steps = within(await screen.findByRole("region", { name: "De la venta a la factura" }));
  expect(await steps.findAllByRole("listitem")).toHaveLength(11);
  await user.click(steps.getByRole("link", { name: "Conectar SIIGO" }));
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Mi empresa");
  await user.type(screen.getByRole("textbox", { name: /^Usuario de la API/ }), "api@mi.example");
  await user.type(screen.getByLabelText(/^Clave de acceso/), "una-clave");
  await user.click(screen.getByRole("button", { name: "Probar y guardar" }));
  expect(await screen.findByText("Conectada: Mi empresa")).toBeVisible();
  await waitFor(() =>
    expect(mock.calls.some(({ name }) => name === "sales.catalogue.refresh")).toBe(true),
  );
});

test("MercadoLibre is connected by pasting the address that the browser came back to", async () => {
  const { mock, user } = await open("/facturacion?view=steps&setup=channel");
  await user.type(await screen.findByRole("textbox", { name: /^Nombre/ }), "Otra cuenta");
  await user.type(
    screen.getByRole("textbox", { name: /^Dirección de regreso/ }),
    "https://o.example/ml",
  );
  await user.type(screen.getByRole("textbox", { name: /^Número de la aplicación/ }), "123");
  await user.type(screen.getByLabelText(/^Clave secreta/), "s3creta");
  await user.click(screen.getByRole("button", { name: "Continuar" }));
  expect(await screen.findByRole("link", { name: "Abrir MercadoLibre" })).toHaveAttribute(
    "href",
    expect.stringContaining("code_challenge"),
  );
  const back = "https://o.example/ml?code=TG-1&state=9f2c";
  await user.type(screen.getByRole("textbox", { name: /^Dirección a la que volvió/ }), back);
  await user.click(screen.getByRole("button", { name: "Terminar" }));
  expect(await screen.findByText("Conectada: Otra cuenta")).toBeVisible();
  const finished = mock.calls.find(({ name }) => name === "sales.channels.finish")?.request;
  expect(finished).toEqual({ channel: "2", redirected: back });
});

test("an office without accounts has nothing to synchronise, and is told what for", async () => {
  await open("/facturacion", { office: "empty" });
  expect(
    await screen.findByText(/de MercadoLibre o de una base de datos de la oficina/),
  ).toBeVisible();
  expect(screen.getByRole("button", { name: "Sincronizar ventas" })).toBeDisabled();
});

test("what waits to be sent is to be sent, not to be looked over", async () => {
  const { mock } = await open("/");
  const step = { step: "send", number: 8, state: "todo", count: 0, open: 45, at: null } as const;
  mock.answers["sales.steps"] = () => [step];
  location.hash = "#/facturacion?view=steps";
  expect(await screen.findByText("45 por enviar")).toBeVisible();
});

test("rules are sent whole, with what was changed", async () => {
  const { mock, user } = await open("/facturacion?view=steps&setup=rules");
  await user.click(await screen.findByRole("switch", { name: /^Consumidor final/ }));
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.channels.set")?.request).toMatchObject({
      channel: "1",
      rules: { final_consumer: true, document_type: 24446, payment: 5636 },
    }),
  );
});

test("an amount of the rules is read as the country writes it, and what can't be is said at its field", async () => {
  const { mock, user } = await open("/facturacion?view=steps&setup=rules");
  await user.click(await screen.findByText("Opciones avanzadas"));
  const save = screen.getByRole("button", { name: "Guardar" });
  const type = (label: RegExp, value: string) => {
    const field = screen.getByLabelText(label);
    fireEvent.change(field, { target: { value } });
    return field;
  };
  for (const [name, bad, good] of [
    [/^Diferencia permitida/, "1.234,50", " 123,50 "],
    [/^Correo por omisión/, "ventas(arroba)oficina", " ventas@oficina.co "],
    [/^Teléfono por omisión/, "601 555 01 34 ext. 22", "+57 601 555 0134"],
    [/^Ciudad por omisión/, "Bogotá", "11001"],
  ] as const) {
    expect(type(name, bad)).toBeInvalid();
    expect(save).toBeDisabled();
    expect(type(name, good)).toBeValid();
  }
  await user.click(save);
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.channels.set")?.request).toMatchObject({
      rules: { tolerance: "123.50", email: "ventas@oficina.co", city: "11001" },
    }),
  );
});

test("a suggestion is one press, and what is missing comes first", async () => {
  const { mock, user } = await open("/facturacion?view=mappings");
  const table = within(await screen.findByRole("table", { name: "Equivalencias" }));
  await user.click(await table.findByRole("button", { name: /^Usar N1210/ }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.mappings.set")?.request).toEqual({
      channel: "1",
      kind: "product",
      changes: [{ source: "ÑAM-01", target: "N1210" }],
    }),
  );
});

test("a product is chosen by its name in the ledger", async () => {
  const { mock, user } = await open("/facturacion?view=mappings");
  await screen.findByRole("table", { name: "Equivalencias" });
  await user.click(await screen.findByRole("combobox", { name: /Niple galvanizado/ }));
  await user.click(await screen.findByRole("option", { name: "P412 · Pulidora angular 4 1/2" }));
  await user.click(screen.getByRole("button", { name: "Guardar" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.mappings.set")?.request).toMatchObject({
      changes: [{ source: "ÑAM-01", target: "P412" }],
    }),
  );
});

test("margins are grouped and the smallest stand first", async () => {
  const { user } = await open("/facturacion?view=margin");
  await user.click(await screen.findByRole("radio", { name: "Artículo" }));
  const table = await screen.findByRole("table", { name: "Margen" });
  await waitFor(() => expect(table).toHaveTextContent("Bombillo LED"));
  expect(
    await screen.findByRole("heading", { name: "¿Con qué artículos se pierde o se gana menos?" }),
  ).toBeVisible();
  expect(within(table).getAllByRole("row")[1]).toHaveTextContent("-");
});

test("a cost of the office is added as a rule, and those that are there stay", async () => {
  const { mock, user } = await open("/facturacion?view=margin");
  await user.click(await screen.findByRole("button", { name: "Costos" }));
  await user.type(await screen.findByRole("textbox", { name: "Nombre" }), "Bodegaje");
  await user.type(screen.getByRole("textbox", { name: "Valor" }), "350,5");
  await user.click(screen.getByRole("button", { name: "Agregar" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "sales.costs.set")?.request).toEqual({
      rules: [
        { name: "Empaque", kind: "per_sale", amount: "1800.00" },
        { name: "Bodegaje", kind: "per_sale", amount: "350.5" },
      ],
    }),
  );
});

test("days begin when they do in the office's zone", () => {
  expect(startOf("2026-11-25", "America/Bogota")).toBe("2026-11-25T05:00:00.000Z");
  expect(endOf("2026-11-25", "America/Bogota")).toBe("2026-11-26T05:00:00.000Z");
  expect(startOf("2026-01-31", "UTC")).toBe("2026-01-31T00:00:00.000Z");
});
