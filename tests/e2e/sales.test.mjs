// The sales tab over the real programs: from an empty profile to an invoice in a strict stand-in of SIIGO,
// with what the screens say and nothing else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeBrowser, openClouds, openOffice } from "./office.mjs";

const FIVE_MINUTES = 300_000;
const A_MINUTE = { timeout: 60_000 };

/** @type {import("./office.mjs").Office} */
let office;
/** @type {import("./office.mjs").Clouds} */
let clouds;

before(async () => {
  clouds = await openClouds(40);
  office = await openOffice({ erp: false });
});

after(async () => {
  await office?.close();
  await clouds?.close();
  await closeBrowser();
});

test("from an empty profile to the first invoice within five minutes", async () => {
  const { page } = office;
  const begun = Date.now();
  const left = () => ({ timeout: Math.max(1, FIVE_MINUTES - (Date.now() - begun)) });
  const rail = page.getByRole("navigation", { name: "Secciones" });
  const button = (/** @type {string | RegExp} */ name) => page.getByRole("button", { name });
  const field = (/** @type {RegExp} */ name) => page.getByRole("textbox", { name });
  const steps = page.getByRole("region", { name: "De la venta a la factura" });

  await button("Configurar mi oficina").click(left());
  await page.getByText("Empiece por registrar un servidor").waitFor(left());
  await rail.getByRole("link", { name: "Facturación" }).click(left());
  await page.getByRole("link", { name: "Ver los pasos" }).click(left());

  const [login] = clouds.siigo.logins;
  assert.ok(login);
  await steps.getByRole("link", { name: "Conectar SIIGO" }).click(left());
  await field(/^Nombre/).fill("Mi empresa");
  await field(/^Usuario de la API/).fill(login.username);
  await page.getByLabel(/^Clave de acceso/).fill("no es la clave");
  await page.getByText("Opciones avanzadas").click();
  await field(/^Dirección de la API/).fill(clouds.siigo.url);
  await button("Probar y guardar").click(left());
  await page.getByRole("alert").first().waitFor(left());
  await page.getByLabel(/^Clave de acceso/).fill(login.access_key);
  await button("Probar y guardar").click(left());
  // What stays is waited for: the word that something was done gives way to the next one.
  const panel = page.getByRole("complementary");
  await panel.waitFor({ state: "hidden", ...left() });
  await page
    .getByRole("region", { name: "A dónde se factura" })
    .getByRole("heading", { name: /^Mi empresa/ })
    .waitFor(left());

  const { app, accounts } = clouds.mercadolibre;
  await steps.getByRole("link", { name: "Conectar MercadoLibre" }).click(left());
  await field(/^Nombre/).fill("Mi tienda");
  await field(/^Dirección de regreso/).fill(app.redirect_uri);
  await field(/^Número de la aplicación/).fill(app.client_id);
  await page.getByLabel(/^Clave secreta/).fill(app.client_secret);
  await page.getByText("Opciones avanzadas").click();
  await field(/^Dirección de la API/).fill(clouds.mercadolibre.url);
  await field(/^Dirección del permiso/).fill(clouds.mercadolibre.auth_url);
  await button("Continuar").click(left());
  const link = page.getByRole("link", { name: "Abrir MercadoLibre" });
  await link.waitFor(left());
  const consent = new URL((await link.getAttribute("href")) ?? "");
  consent.searchParams.set("login", accounts[0]?.nickname ?? "");
  const answer = await fetch(consent, { redirect: "manual" });
  await field(/^Dirección a la que volvió/).fill(answer.headers.get("location") ?? "");
  await button("Terminar").click(left());
  await panel.waitFor({ state: "hidden", ...left() });
  const shops = page.getByRole("region", { name: "De dónde salen las ventas" });
  await shops.getByText("Conectada", { exact: true }).waitFor(left());

  await steps.getByRole("link", { name: "Abrir las reglas" }).click(left());
  await field(/^Correo por omisión/).fill("ventas@oficina.example");
  await field(/^Teléfono por omisión/).fill("6015550134");
  await button("Guardar").click(left());
  await panel.waitFor({ state: "hidden", ...left() });
  await steps.getByRole("button", { name: "Sincronizar ventas" }).click(left());

  const views = page.getByRole("radiogroup", { name: "Vistas de Facturación" });
  await views.getByText("Ventas", { exact: true }).click(left());
  const list = page.getByRole("grid", { name: "Ventas" });
  await list.getByText("Lista").first().waitFor(A_MINUTE);
  await list.getByRole("checkbox", { name: "Elegir esta fila" }).first().waitFor(left());
  await button("Lista").click(left());
  await list.getByRole("checkbox", { name: "Elegir esta fila" }).first().check(left());
  await button("Facturar 1 venta").click(left());
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/Se envía 1 factura a SIIGO/).waitFor(left());
  await dialog.getByRole("button", { name: "Facturar 1 venta" }).click(left());
  await button("Lista").click(left());
  await button("Facturada").click(left());
  await list.getByText("Facturada").first().waitFor(A_MINUTE);
  console.log(`the first invoice after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  assert.deepEqual(office.complaints, []);
});
