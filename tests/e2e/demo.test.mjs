// A newcomer: from the first start to a chart of a company's sales, without reading anything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeBrowser, openOffice } from "./office.mjs";

const TWO_MINUTES = 120_000;

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

test("one's own office is empty beside it, and the example is left with one press", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByText("Empiece por registrar un servidor").waitFor({ timeout: 60_000 });
  assert.equal(await page.getByText(/Está viendo datos de ejemplo/).count(), 0);
  assert.deepEqual(office.complaints, []);
});
