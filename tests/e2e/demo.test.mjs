// A newcomer: from the first start to a chart of a company's sales, without reading anything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { closeBrowser, openOffice } from "./office.mjs";

const TWO_MINUTES = 120_000;
const A_MINUTE = 60_000;

/** @type {import("./office.mjs").Office} */
let office;

/**
 * @param {import("./office.mjs").Page} page
 * @param {string} model
 */
async function train(page, model) {
  await page.getByRole("main").getByRole("button", { name: "Entrenar", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Modelo" }).click();
  await page.getByRole("option", { name: model }).click();
  await dialog.getByRole("button", { name: "Entrenar" }).click();
  await dialog.waitFor({ state: "hidden" });
}

before(async () => {
  office = await openOffice({ erp: false });
});

after(async () => {
  await office?.close();
  await closeBrowser();
});

test("the example leads to a chart of a company's sales within two minutes", async () => {
  const { page } = office;
  const begun = Date.now();
  const left = () => ({ timeout: Math.max(1, TWO_MINUTES - (Date.now() - begun)) });
  await page.getByRole("button", { name: "Explorar con datos de ejemplo" }).click(left());
  await page.getByText(/Está viendo datos de ejemplo/).waitFor(left());
  const runs = page.getByRole("region", { name: "Últimas sincronizaciones" });
  await runs
    .getByRole("link", { name: /^[A-ZÁÉÍÓÚÑ ]{6,}/ })
    .first()
    .click(left());
  await page.getByRole("heading", { name: "¿Cuánto se vendió por mes?" }).waitFor(left());
  await page.locator(".recharts-bar-rectangle").first().waitFor(left());
  console.log(`a chart after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
});

test("from a company to a trained model and a readable chart within a minute", async () => {
  const { page } = office;
  const rail = page.getByRole("navigation", { name: "Secciones" });
  await rail.getByRole("link", { name: "Inicio" }).click();
  await page.getByText("Última sincronización").waitFor({ timeout: TWO_MINUTES });
  const begun = Date.now();
  const left = () => ({ timeout: Math.max(1, A_MINUTE - (Date.now() - begun)) });
  await rail.getByRole("link", { name: "Pronósticos" }).click(left());
  await page.getByText("Esta empresa todavía no tiene pronóstico").waitFor(left());
  await page.getByRole("button", { name: "Entrenar" }).click(left());
  const list = page.getByRole("grid", { name: "Pronóstico por artículo" });
  const first = list.getByRole("row").nth(1);
  await first.getByRole("gridcell").first().click(left());
  await page.getByRole("heading", { name: "¿Cuánto se venderá?" }).waitFor(left());
  await page.locator(".recharts-area-area").first().waitFor(left());
  const months = page.getByRole("table", { name: "Pronóstico mes por mes" }).getByRole("row");
  assert.ok((await months.count()) >= 8, "six months at least, with their heading and total");
  await page.getByText(/^Pida cuando queden/).waitFor(left());
  console.log(`a forecast after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
});

test("forecasts come down as a file, and a training that is cancelled changes nothing", async () => {
  const { page } = office;
  await page.getByRole("link", { name: "Volver a los artículos" }).click();
  await page
    .getByRole("grid", { name: "Pronóstico por artículo" })
    .getByRole("row")
    .nth(1)
    .waitFor();
  await page.getByRole("button", { name: "Exportar" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: A_MINUTE }),
    page.getByRole("menuitem", { name: "Esta tabla, en CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  assert.match(lines[0] ?? "", /;punto_pedido;en_juego$/);
  assert.ok(lines.length > 100, `${lines.length} lines`);
  await page.getByRole("radiogroup").getByText("Modelos").click();
  const models = page.getByRole("table", { name: "Modelos entrenados" });
  await models.getByText("En uso").waitFor();
  await train(page, "Puente");
  await page
    .getByRole("main")
    .getByRole("button", { name: /^Cancelar: \d+/ })
    .click({ timeout: A_MINUTE });
  await page.getByRole("main").getByRole("progressbar").waitFor({ state: "detached" });
  assert.equal(await models.getByRole("row").count(), 2, "the heading and the one model");
});

test("a second model is compared, and the first is put in use again", async () => {
  const { page } = office;
  const models = page.getByRole("table", { name: "Modelos entrenados" });
  await train(page, "Promedio de 12 meses");
  const use = models.getByRole("button", { name: /^Usar el modelo Puente/ });
  await use.click({ timeout: A_MINUTE });
  await models.getByRole("button", { name: /^Borrar el modelo Promedio/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Borrar", exact: true }).click();
  await models.getByText("Promedio de 12 meses").waitFor({ state: "detached" });
  assert.equal(await models.getByRole("row").count(), 2);
});

test("each warehouse is forecast apart, and totals say between which bounds they lie", async () => {
  const { page } = office;
  const views = page.getByRole("radiogroup", { name: "Vistas de Pronósticos" });
  /** @param {string | RegExp} name */
  const choose = async (name) => {
    await page.getByRole("combobox", { name: "Bodega" }).click();
    await page.getByRole("option", { name }).first().click();
  };
  await views.getByText("Artículos").click();
  await choose("Cada bodega aparte");
  await page.getByText("Esta empresa todavía no tiene pronóstico por bodega").waitFor();
  await page.getByRole("button", { name: "Entrenar", exact: true }).click();
  const list = page.getByRole("grid", { name: "Pronóstico por artículo" });
  await list.getByRole("columnheader", { name: "Bodega" }).waitFor({ timeout: A_MINUTE });
  await choose(/^\d+ \S/);
  await list.getByRole("row").nth(1).getByRole("gridcell").first().click();
  await page.getByText(/^Bodega: \d+ \S/).waitFor();
  await page.getByText(/^Pida cuando queden/).waitFor();
  await page.getByRole("link", { name: "Volver a los artículos" }).click();
  await views.getByText("Totales").click();
  await page.getByText(/^En los próximos \d+ meses: .* 8 de cada 10 veces, entre /).waitFor();
  await page.getByText(/^En el pasado, \d+ de \d+ meses y \d+ de \d+ sumas/).waitFor();
  await choose("Todas juntas");
  await views.getByText("Artículos").click();
});

test("nothing of forecasts keeps anyone out, in either theme", async () => {
  const { page } = office;
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const view of ["Artículos", "Totales", "Modelos"]) {
      await page.getByRole("radiogroup", { name: "Vistas de Pronósticos" }).getByText(view).click();
      await page.waitForTimeout(600);
      assert.deepEqual(await serious(page), [], `${view}, ${colorScheme}`);
    }
    await page
      .getByRole("radiogroup", { name: "Vistas de Pronósticos" })
      .getByText("Artículos")
      .click();
    const list = page.getByRole("grid", { name: "Pronóstico por artículo" });
    await list.getByRole("row").nth(1).getByRole("gridcell").first().click();
    await page.locator(".recharts-area-area").first().waitFor();
    assert.deepEqual(await serious(page), [], `an article, ${colorScheme}`);
    await page.getByRole("link", { name: "Volver a los artículos" }).click();
  }
});

test("one's own office is empty beside it, and the example is left with one press", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByText("Empiece por registrar un servidor").waitFor({ timeout: 60_000 });
  await page.getByText(/Está viendo datos de ejemplo/).waitFor({ state: "hidden" });
  assert.deepEqual(office.complaints, []);
});
