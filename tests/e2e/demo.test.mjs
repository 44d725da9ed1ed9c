// A newcomer: from the first start to a chart of a company's sales, without reading anything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeBrowser, openOffice } from "./office.mjs";

const TWO_MINUTES = 120_000;
const A_MINUTE = 60_000;

/** @type {import("./office.mjs").Office} */
let office;

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

test("one's own office is empty beside it, and the example is left with one press", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByText("Empiece por registrar un servidor").waitFor({ timeout: 60_000 });
  assert.equal(await page.getByText(/Está viendo datos de ejemplo/).count(), 0);
  assert.deepEqual(office.complaints, []);
});
