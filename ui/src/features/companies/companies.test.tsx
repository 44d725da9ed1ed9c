import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { movementAt } from "@/platform/mock/movements";
import { open, rowsOf } from "@/test/office";
import { sum, undatedLast } from "./summary";

test("companies are found by a part of their name, and by year", async () => {
  const { user } = await open("/empresas");
  await user.type(screen.getByRole("textbox", { name: /Nombre, NIT/ }), "ñapa");
  await waitFor(() => expect(rowsOf("Empresas")).toHaveLength(3));
  expect(rowsOf("Empresas").every((row) => row.includes("Ferretería La Ñapa"))).toBe(true);
});

test("filters that fit nothing can be taken away again", async () => {
  const { user } = await open("/empresas?text=no-existe");
  expect(await screen.findByText("Ninguna empresa cumple con los filtros")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Quitar los filtros" }));
  await waitFor(() => expect(rowsOf("Empresas").length).toBeGreaterThan(10));
});

test("a column is sorted both ways and says so", async () => {
  const { user } = await open("/empresas");
  const head = screen.getByRole("columnheader", { name: /Movimientos/ });
  await user.click(within(head).getByRole("button"));
  expect(head).toHaveAttribute("aria-sort", "ascending");
  await user.click(within(head).getByRole("button"));
  expect(head).toHaveAttribute("aria-sort", "descending");
  expect(rowsOf("Empresas")[0]).toContain("1.000.000");
});

test("the second click of a double click doesn't close the dialog that the first one opened", async () => {
  const { user } = await open("/empresas");
  await user.click(screen.getByRole("button", { name: "Extraer todas" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(document.querySelector(".mantine-Modal-overlay") as HTMLElement);
  expect(dialog).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(screen.getByRole("button", { name: "Extraer todas" })).toHaveFocus();
});

test("a day that doesn't exist is no other day", async () => {
  const { mock, user } = await open("/empresas");
  await user.click(screen.getByRole("button", { name: "Extraer todas" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox", { name: "Desde" }), "31/02/2026");
  await user.type(dialog.getByRole("textbox", { name: "Hasta" }), "5/3/26");
  await user.click(dialog.getByRole("button", { name: "Extraer" }));
  await waitFor(() =>
    expect(mock.calls.find(({ name }) => name === "movements.extract")?.request).toMatchObject({
      from: null,
      to: "2026-03-05",
    }),
  );
});

test("chosen companies are extracted with a range of days", async () => {
  const { mock, user } = await open("/empresas");
  const boxes = screen.getAllByRole("checkbox", { name: "Elegir esta fila" });
  await user.click(boxes[0] as HTMLElement);
  await user.keyboard("{Shift>}");
  await user.click(boxes[2] as HTMLElement);
  await user.keyboard("{/Shift}");
  expect(screen.getByText(/^3 elegidas/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Extraer 3" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Este año" }));
  await user.click(dialog.getByRole("button", { name: "Extraer" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const year = new Date().getFullYear();
  const asked = mock.calls.find(({ name }) => name === "movements.extract")?.request;
  expect(asked).toMatchObject({ from: `${year}-01-01`, to: `${year}-12-31`, force: false });
  expect((asked as { companies: string[] }).companies).toHaveLength(3);
});

test("Ctrl+A chooses every company that is shown, also by keyboard alone", async () => {
  const { user } = await open("/empresas?text=ñapa");
  screen.getByRole("grid", { name: "Empresas" }).focus();
  await user.keyboard("{Control>}a{/Control}");
  expect(await screen.findByText(/^3 elegidas/)).toBeVisible();
  await user.keyboard("{ArrowDown} ");
  expect(await screen.findByText(/^2 elegidas/)).toBeVisible();
});

test("an empty office is told to register a server first", async () => {
  await open("/empresas", { office: "empty" });
  expect(await screen.findByText("Todavía no hay empresas")).toBeVisible();
  const start = within(screen.getByRole("main")).getByRole("link", { name: "Agregar servidor" });
  expect(start).toHaveAttribute("href", expect.stringContaining("open=new"));
});

test("an empty office can look at the example, from wherever it is empty", async () => {
  for (const at of ["/", "/empresas", "/servidores", "/actividad"]) {
    const { mock, user } = await open(at, { office: "empty" });
    await user.click(await screen.findByRole("button", { name: "Ver con datos de ejemplo" }));
    expect(await screen.findByText(/Está viendo datos de ejemplo/)).toBeVisible();
    expect(mock.settings.start).toBe("demo");
    expect(screen.queryByRole("button", { name: "Ver con datos de ejemplo" })).toBeNull();
    cleanup();
  }
});

test("a company's page shows the question, its chart and the table with exact sums", async () => {
  await open("/empresas/9004512337?year=2026");
  expect(await screen.findByRole("heading", { name: "¿Cuánto se vendió por mes?" })).toBeVisible();
  const table = within(screen.getByRole("table", { name: "Ventas por mes" }));
  expect(table.getByRole("button", { name: "ene 2026" })).toBeVisible();
  expect(table.getByText("Total").closest("tr")).toHaveTextContent("879.085.293,31");
});

test("a month of the table leads to its movements", async () => {
  const { mock, user } = await open("/empresas/9004512337?year=2026");
  await user.click(await screen.findByRole("button", { name: "feb 2026" }));
  await screen.findByRole("grid", { name: "Movimientos" });
  await waitFor(() => {
    const asked = mock.calls.filter(({ name }) => name === "movements.page").at(-1)?.request;
    expect(asked).toMatchObject({ from: "2026-02-01", to: "2026-02-28" });
  });
});

test("a million movements are a few rows in sight, and far ones come by page", async () => {
  const { mock } = await open("/empresas/9012208716?year=2026&view=movements");
  const grid = await screen.findByRole("grid", { name: "Movimientos" });
  await waitFor(() => expect(grid).toHaveAttribute("aria-rowcount", "1000001"));
  expect(rowsOf("Movimientos").length).toBeLessThan(60);
  grid.scrollTop = 16_000_000;
  grid.dispatchEvent(new Event("scroll"));
  const far = movementAt(6, 2026, 1_000_000, 1_000_000 - 1 - 500_000);
  await waitFor(() => expect(rowsOf("Movimientos").join()).toContain(far.number), {
    timeout: 5000,
  });
  const pages = mock.calls.filter(({ name }) => name === "movements.page");
  expect(pages.length).toBeLessThan(8);
});

test("movements are sorted and filtered where they are kept, not in the list", async () => {
  const { mock, user } = await open("/empresas/79845120?year=2026&view=movements");
  const last = () => mock.calls.filter(({ name }) => name === "movements.page").at(-1)?.request;
  await user.click(await screen.findByRole("button", { name: /^Total/ }));
  await waitFor(() => expect(last()).toMatchObject({ sort: "total", descending: false }));
  await user.type(screen.getByRole("textbox", { name: /Artículo, documento/ }), "ñame");
  await waitFor(() => expect(last()).toMatchObject({ text: "ñame" }));
  await user.click(screen.getByRole("button", { name: "Anulado" }));
  await waitFor(() => expect(last()).toMatchObject({ states: ["voided"] }));
});

test("an export says how many movements went where", async () => {
  const { mock, user } = await open("/empresas/79845120?year=2026");
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: "Todo, en Excel (XLSX)" }));
  expect(
    await screen.findByText(/1\.274 movimientos exportados a .*movimientos-79845120-2026\.xlsx/),
  ).toBeVisible();
  expect(mock.calls.find(({ name }) => name === "movements.export")?.request).toMatchObject({
    companies: ["79845120:2026"],
    format: "xlsx",
  });
});

test("what the list shows is exported as it is filtered and sorted", async () => {
  const { mock, user } = await open("/empresas/79845120?year=2026&view=movements");
  await user.click(await screen.findByRole("button", { name: /^Total/ }));
  await user.click(screen.getByRole("button", { name: "Anulado" }));
  const grid = screen.getByRole("grid", { name: "Movimientos" });
  await waitFor(() => expect(Number(grid.getAttribute("aria-rowcount"))).toBeLessThan(200));
  const rows = Number(grid.getAttribute("aria-rowcount")) - 1;
  await user.click(screen.getByRole("button", { name: "Exportar" }));
  expect(await screen.findByText(`Lo que se ve: ${rows} filas`)).toBeVisible();
  expect(screen.getByText("Todo: 1.274 filas")).toBeVisible();
  await user.click(screen.getByRole("menuitem", { name: "Lo que se ve, en CSV" }));
  expect(await screen.findByText(new RegExp(`${rows} movimientos exportados`))).toBeVisible();
  expect(mock.calls.find(({ name }) => name === "movements.export")?.request).toMatchObject({
    companies: ["79845120:2026"],
    states: ["voided"],
    sort: "total",
    descending: false,
    format: "csv",
  });
});

test("a view is saved by name, comes back with its filters and order, and can be deleted", async () => {
  const { mock, user } = await open("/empresas/79845120?year=2026&view=movements");
  const grid = () => screen.getByRole("grid", { name: "Movimientos" });
  await user.click(await screen.findByRole("button", { name: /^Total/ }));
  await user.click(screen.getByRole("button", { name: "Anulado" }));
  await user.click(screen.getByRole("button", { name: "Vistas" }));
  await user.click(await screen.findByRole("menuitem", { name: "Guardar lo que se ve…" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "Anuladas por valor");
  await user.click(dialog.getByRole("button", { name: "Guardar" }));
  const button = await screen.findByRole("button", { name: "Anuladas por valor" });
  await user.click(screen.getByRole("button", { name: "Anulado" }));
  await waitFor(() => expect(grid()).toHaveAttribute("aria-rowcount", "1275"));
  expect(button).toHaveTextContent("Vistas");
  await user.click(button);
  await user.click(await screen.findByRole("menuitem", { name: "Anuladas por valor" }));
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Anulado" })).toHaveAttribute("aria-pressed", "true"),
  );
  expect(mock.saved.get("movements")).toEqual([
    { name: "Anuladas por valor", shows: { by: "total", descending: false, states: ["voided"] } },
  ]);
  await user.click(button);
  await user.click(
    await screen.findByRole("menuitem", { name: "Borrar la vista Anuladas por valor" }),
  );
  await waitFor(() => expect(mock.saved.get("movements")).toEqual([]));
  await user.click(await screen.findByRole("button", { name: "Deshacer" }));
  await waitFor(() => expect(mock.saved.get("movements")).toHaveLength(1));
});

test("companies have views of their own", async () => {
  const { mock, user } = await open("/empresas");
  const shows = { text: "ñapa", by: "year", descending: true };
  mock.saved.set("companies", [{ name: "La Ñapa", shows }]);
  mock.stale("saved");
  await user.click(screen.getByRole("button", { name: "Vistas" }));
  await user.click(await screen.findByRole("menuitem", { name: "La Ñapa" }));
  await waitFor(() => expect(rowsOf("Empresas")).toHaveLength(3));
  expect(screen.getByRole("columnheader", { name: /Año/ })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
});

test("an export that the person gave up leaves no message", async () => {
  const { mock, user } = await open("/empresas/79845120?year=2026");
  mock.saveFile = async () => null;
  await user.click(await screen.findByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: "Todo, en CSV" }));
  expect(screen.queryByText(/exportados/)).toBeNull();
});

test("a company that does not exist says so and leads back", async () => {
  await open("/empresas/1");
  expect(await screen.findByRole("alert")).toHaveTextContent("No se encuentra");
  expect(screen.getByRole("link", { name: "Volver a Empresas" })).toBeVisible();
});

test("sums of decimal texts are exact, also below zero and beyond floats", () => {
  expect(sum(["0.1000", "0.2000"])).toBe("0.3000");
  expect(sum(["9007199254740993.0001", "0.0001"])).toBe("9007199254740993.0002");
  expect(sum(["1.0000", "-2.5000"])).toBe("-1.5000");
  expect(sum([])).toBe("0.0000");
});

test("movements without a valid date stand after the months", () => {
  const row = (month: string) => ({
    month,
    movements: 1,
    sales: "0",
    returns: "0",
    net_sales: "0",
    purchases: "0",
    quantity: "1",
  });
  const shown = undatedLast([row(""), row("2026-01"), row("2026-02")]);
  expect(shown.map(({ month }) => month)).toEqual(["2026-01", "2026-02", ""]);
});
