import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { open, rowsOf } from "@/test/office";
import { pageOf } from "../../platform/mock/forecast-seed";
import { pointsOf } from "./fan-chart";

const LIST = "Pronóstico por artículo";
const TRAINED = "/pronosticos?nit=9004512337";
const asked = (mock: Awaited<ReturnType<typeof open>>["mock"], name: string) =>
  mock.calls.filter((call) => call.name === name).map(({ request }) => request);

test("articles stand in the order of the money at stake, with their sum below", async () => {
  await open(TRAINED);
  await waitFor(() => expect(rowsOf(LIST)[0]).toMatch(/^CEM-50 Cemento gris 50 kg/));
  expect(rowsOf(LIST)[1]).toMatch(/^VAR-12/);
  expect(screen.getByRole("status")).toHaveTextContent(
    /^15 artículos · en juego en los próximos 3 meses: [\d.]+,\d\d COP$/,
  );
});

test("a model that is better than repeating last year says so in words", async () => {
  await open(TRAINED);
  expect(await screen.findByText(/Se equivoca 19\s?% menos que repetir/)).toBeVisible();
});

test("a model that is no better is not praised", async () => {
  const { user } = await open(TRAINED);
  await user.click(await screen.findByRole("button", { name: "Entrenar" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("combobox", { name: "Modelo" }));
  await user.click(await screen.findByRole("option", { name: "Igual que el año pasado" }));
  await user.click(dialog.getByRole("button", { name: "Entrenar" }));
  expect(await screen.findByText(/No es mejor que repetir lo del año pasado/)).toBeVisible();
});

test("a class and a text narrow the list", async () => {
  const { mock, user } = await open(TRAINED);
  await user.click(await screen.findByRole("button", { name: "Irregular", pressed: false }));
  await waitFor(() => expect(rowsOf(LIST)).toHaveLength(2));
  expect(screen.getByText(/Se vende algunos meses, en cantidades muy distintas/)).toBeVisible();
  await user.type(screen.getByRole("textbox", { name: "Código o descripción" }), "griferia no");
  await screen.findByText("Ningún artículo cumple con los filtros");
  await user.click(screen.getByRole("button", { name: "Quitar los filtros" }));
  await waitFor(() => expect(rowsOf(LIST).length).toBeGreaterThan(10));
  expect(asked(mock, "forecast.articles")).toContainEqual(
    expect.objectContaining({ class: "lumpy", text: "" }),
  );
});

test("the list can be ordered by what it shows", async () => {
  const { user } = await open(TRAINED);
  await user.click(await screen.findByRole("button", { name: "Error" }));
  await waitFor(() => expect(rowsOf(LIST)[0]).toMatch(/^LED-9W/));
  await user.click(screen.getByRole("button", { name: "Error" }));
  await waitFor(() => expect(rowsOf(LIST)[0]).toMatch(/^TEJ-6/));
});

test("an article shows its chart, its months, its errors and when to order", async () => {
  const { user } = await open(TRAINED);
  await user.click(await screen.findByText(/Cemento gris/));
  expect(await screen.findByRole("heading", { name: /CEM-50 Cemento gris 50 kg/ })).toBeVisible();
  expect(await screen.findByRole("img", { name: "¿Cuánto se venderá?" })).toBeVisible();
  expect(screen.getByRole("switch", { name: "Comparar con el pasado" })).toBeChecked();
  expect(await screen.findByRole("img", { name: "¿De qué se compone?" })).toBeVisible();
  const months = within(screen.getByRole("table", { name: "Pronóstico mes por mes" }));
  expect(months.getAllByRole("row")).toHaveLength(14);
  expect(screen.getByRole("table", { name: /^Errores del pronóstico/ })).toBeVisible();
  expect(screen.getByText(/^Pida cuando queden [\d.]+ BUL/)).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Volver a los artículos" }));
  expect(await screen.findByRole("grid", { name: LIST })).toBeVisible();
});

test("stock advice follows the days and the service level that are typed", async () => {
  const { mock, user } = await open(`${TRAINED}&article=CEM-50`);
  const before = (await screen.findByText(/^Pida cuando queden/)).textContent;
  const days = screen.getByRole("textbox", { name: "Días desde el pedido hasta la llegada" });
  await user.clear(days);
  await user.type(days, "60");
  await waitFor(() => expect(screen.getByText(/^Pida cuando queden/).textContent).not.toBe(before));
  expect(asked(mock, "forecast.article").at(-1)).toMatchObject({ lead_days: 60, service: 0.95 });
});

test("a company without a forecast is trained with one press, and then has one", async () => {
  const { mock, user } = await open("/pronosticos?nit=8301124471");
  expect(await screen.findByText(/Hay 22 meses completos de ventas/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Entrenar" }));
  expect(await screen.findByRole("grid", { name: LIST })).toBeVisible();
  expect(asked(mock, "forecast.train")).toEqual([{ nit: "8301124471" }]);
  expect(await screen.findByText("Terminado: Entrenar el pronóstico · 8301124471")).toBeVisible();
});

test("a training can be cancelled while it runs", async () => {
  const { mock, user } = await open("/pronosticos?nit=8301124471", { speed: 1 });
  await user.click(await screen.findByRole("button", { name: "Entrenar" }));
  await user.click(await screen.findByRole("button", { name: "Cancelar: 8301124471" }));
  await waitFor(() =>
    expect(mock.jobs.find(({ kind }) => kind === "forecast.train")?.state).toBe("cancelled"),
  );
  expect(await screen.findByText("Esta empresa todavía no tiene pronóstico")).toBeVisible();
});

test("too little history is said, with what is missing", async () => {
  await open("/pronosticos?nit=9011457720");
  expect(
    await screen.findByText(/tiene 2 meses completos con ventas y hacen falta 3/),
  ).toBeVisible();
  expect(screen.getByRole("link", { name: "Ver la empresa" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Entrenar" })).toBeNull();
});

test("an office without movements is led to them", async () => {
  await open("/pronosticos", { office: "empty" });
  expect(await screen.findByText(/Todavía no hay movimientos de los que aprender/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Extraer movimientos" })).toHaveAttribute(
    "href",
    expect.stringContaining("/empresas"),
  );
});

test("another model is put in use, and one is deleted only after a question", async () => {
  const { mock, user } = await open(`${TRAINED}&view=models`);
  await user.click(await screen.findByRole("button", { name: /^Usar el modelo XGBoost/ }));
  await waitFor(() => expect(asked(mock, "forecast.activate")).toHaveLength(1));
  await user.click(await screen.findByRole("button", { name: /^Borrar el modelo Prophet/ }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/los movimientos no se tocan/)).toBeVisible();
  expect(asked(mock, "forecast.remove")).toHaveLength(0);
  await user.click(dialog.getByRole("button", { name: "Borrar" }));
  await waitFor(() =>
    expect(screen.queryByRole("button", { name: /^Borrar el modelo Prophet/ })).toBeNull(),
  );
});

test("models are compared over time by the measure that is chosen", async () => {
  const { user } = await open(`${TRAINED}&view=models`);
  const time = within(await screen.findByRole("region", { name: "¿Mejora con el tiempo?" }));
  expect(await time.findByRole("img", { name: "¿Mejora con el tiempo?" })).toBeVisible();
  expect(time.getByText(/^Error frente a repetir el mes anterior, con más peso/)).toBeVisible();
  await user.click(time.getByText("Intervalo"));
  expect(await time.findByText(/^Parte de los meses dentro del intervalo/)).toBeVisible();
  expect(screen.getByText(/^Medidos en 10\.818 meses/)).toBeVisible();
});

test("training every month is one press away", async () => {
  const { mock, user } = await open(`${TRAINED}&view=models`);
  await user.click(await screen.findByRole("button", { name: "Entrenar cada mes" }));
  expect(await screen.findByText(/^el día 2 de cada mes a las 06:30/)).toBeVisible();
  expect(mock.schedules.some(({ work }) => work === "forecast")).toBe(true);
});

test("totals lead to the articles of a class", async () => {
  const { user } = await open(`${TRAINED}&view=totals`);
  const classes = within(await screen.findByRole("table", { name: "Artículos por clase" }));
  await user.click(classes.getByRole("button", { name: "Intermitente" }));
  await waitFor(() => expect(rowsOf(LIST)).toHaveLength(2));
});

test("each warehouse is trained apart, looked at alone, and left again", async () => {
  const { mock, user } = await open(TRAINED);
  const choose = async (name: string) => {
    await user.click(await screen.findByRole("combobox", { name: "Bodega" }));
    await user.click(await screen.findByRole("option", { name }));
  };
  await choose("Cada bodega aparte");
  expect(
    await screen.findByText("Esta empresa todavía no tiene pronóstico por bodega"),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Entrenar" }));
  await waitFor(() => expect(rowsOf(LIST)[0]).toMatch(/^CEM-50 .*01 PRINCIPAL/));
  expect(asked(mock, "forecast.train")).toEqual([{ nit: "9004512337", by_place: true }]);
  await choose("02 NORTE");
  await waitFor(() => expect(rowsOf(LIST)).toHaveLength(15));
  await waitFor(() =>
    expect(asked(mock, "forecast.articles").at(-1)).toMatchObject({ places: { one: "02" } }),
  );
  await user.click(await screen.findByText(/Cemento gris/));
  expect(await screen.findByText("Bodega: 02 NORTE")).toBeVisible();
  expect(asked(mock, "forecast.article").at(-1)).toMatchObject({ place: "02" });
  await user.click(screen.getByRole("link", { name: "Volver a los artículos" }));
  await choose("Todas juntas");
  await waitFor(() =>
    expect(asked(mock, "forecast.articles").at(-1)).toMatchObject({ places: "together" }),
  );
});

test("totals say between which bounds they lie, and how often such bounds held", async () => {
  await open(`${TRAINED}&view=totals`);
  expect(
    await screen.findByText(
      /^En los próximos 12 meses: [\d.]+,\d\d COP\. 8 de cada 10 veces, entre/,
    ),
  ).toBeVisible();
  expect(screen.getByText(/En el pasado, 15 de 18 meses y 3 de 3 sumas/)).toBeVisible();
  const months = within(screen.getByRole("table", { name: "Total pronosticado mes por mes" }));
  expect(months.getAllByRole("row")).toHaveLength(14);
});

test.each([
  ["Los meses, en Excel (XLSX)", "xlsx", 180, null],
  ["Los meses, en CSV", "csv", 180, null],
  ["Los totales, en Excel (XLSX)", "xlsx", 47, null],
  ["Los totales, en CSV", "csv", 47, null],
  ["Esta tabla, en Excel (XLSX)", "xlsx", 15, { sort: "stake", ascending: false, lead_days: 15 }],
  ["Esta tabla, en CSV", "csv", 15, { sort: "stake", ascending: false, lead_days: 15 }],
] as const)("%s goes to a file", async (item, format, rows, table) => {
  const { mock, user } = await open(TRAINED);
  await waitFor(() => expect(rowsOf(LIST)).not.toHaveLength(0));
  await user.click(screen.getByRole("button", { name: "Exportar" }));
  await user.click(await screen.findByRole("menuitem", { name: item }));
  expect(await screen.findByText(new RegExp(`^${rows} filas en .*\\.${format}`))).toBeVisible();
  expect(asked(mock, "forecast.export")).toMatchObject([{ nit: "9004512337", format, table }]);
});

test("a chart has the past, the bounds ahead and what would have been forecast", () => {
  const page = pageOf(0, { months: 12, days: 15, service: 0.95 });
  const points = pointsOf(page, true);
  expect(points).toHaveLength(page.history.length + 12);
  const [first, last] = [points[0], points.at(-1)];
  expect(first).toEqual({ month: "2024-01", sold: page.history[0]?.quantity });
  expect(last?.band).toEqual([page.forecast.at(-1)?.low, page.forecast.at(-1)?.high]);
  expect(points.filter((point) => point.past2 !== undefined)).toHaveLength(6);
});

test("a training that MLflow knows leads to its run there", async () => {
  const mlflow = { url: "http://mlflow:5000", login: "none" as const, user: "" };
  const { user } = await open("/pronosticos?nit=8301124471", { settings: { mlflow } });
  await user.click(await screen.findByRole("button", { name: "Entrenar" }));
  await user.click(await screen.findByText("Modelos"));
  expect(await screen.findByRole("link", { name: "Ver" })).toHaveAttribute(
    "href",
    expect.stringMatching(/^http:\/\/mlflow:5000\/#\/experiments\/1\/runs\//),
  );
  expect(screen.getByRole("button", { name: "Copiar la dirección en MLflow" })).toBeVisible();
});
