// The walk of an office, from nothing to a chart, over the real programs and a real Firebird.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { serious } from "./axe.mjs";
import { closeBrowser, openOffice } from "./office.mjs";

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 800 },
];
/** More stops than a page has: it does not let go of the keyboard. */
const MOST_STOPS = 200;
const LONG = { timeout: 120_000 };

/** @type {import("./office.mjs").Office} */
let office;

before(async () => {
  office = await openOffice({ lines: 60_000 });
});

after(async () => {
  await office?.close();
  await closeBrowser();
});

test("the first start asks what to open, and an office begins with a server", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByText("Empiece por registrar un servidor").waitFor();
  assert.doesNotMatch(page.url(), /token/, "the token left the address");
});

test("a server is refused with the reason, then tested, then saved", async () => {
  const { page, erp } = office;
  await page.getByRole("main").getByRole("button", { name: "Agregar servidor" }).click();
  const form = page.getByRole("complementary", { name: "Agregar servidor" });
  const field = (/** @type {string} */ name) => form.getByRole("textbox", { name, exact: true });
  await field("Nombre").fill('Oficina "La Ñapa" 🏪');
  await field("Equipo").fill(erp.host);
  await field("Puerto").fill("1");
  await field("Usuario").fill(erp.user);
  await form.getByLabel("Contraseña", { exact: false }).first().fill("no-es-esta");
  await field("Base maestra").fill(erp.master);
  const tried = form.getByRole("button", { name: "Probar", exact: true });
  await tried.click();
  await form
    .getByRole("alert")
    .getByText(/nada atiende en el puerto 1/)
    .waitFor(LONG);
  await field("Puerto").fill(String(erp.port));
  await tried.click();
  await form
    .getByRole("alert")
    .getByText(/no aceptó el usuario/)
    .waitFor(LONG);
  await form.getByLabel("Contraseña", { exact: false }).first().fill(erp.password);
  await tried.click();
  await form.getByText(/^Responde Firebird/).waitFor(LONG);
  await form.getByRole("button", { name: "Guardar", exact: true }).click();
  await page.getByRole("complementary", { name: 'Oficina "La Ñapa" 🏪' }).waitFor(LONG);
  assert.ok(!(await page.content()).includes(erp.password), "the password is not shown again");
});

test("its companies are discovered and extracted, with progress", async () => {
  const { page, erp } = office;
  await page.getByRole("complementary").getByRole("button", { name: "Sincronizar lista" }).click();
  await page
    .getByRole("link", { name: /^Empresas/ })
    .first()
    .click();
  const list = page.getByRole("grid", { name: "Empresas" });
  await list
    .getByRole("link", { name: erp.companies[0] ?? "" })
    .first()
    .waitFor(LONG);
  await page.getByRole("button", { name: "Extraer todas" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Extraer", exact: true }).click();
  await list.getByRole("progressbar").first().waitFor(LONG);
  await page.waitForFunction(
    () => document.querySelectorAll('.grid-body [role="row"] .state[data-tone="good"]').length >= 6,
    null,
    { timeout: 240_000 },
  );
});

test("a company's page shows the chart of its months and the table beside it", async () => {
  const { page, erp } = office;
  await page
    .getByRole("link", { name: erp.companies[0] ?? "" })
    .first()
    .click();
  await page.getByRole("heading", { name: "¿Cuánto se vendió por mes?" }).waitFor(LONG);
  await page.locator(".recharts-bar-rectangle").first().waitFor(LONG);
  const rows = page.getByRole("table", { name: "Ventas por mes" }).getByRole("row");
  assert.ok((await rows.count()) > 3, "a row for each month");
});

test("movements are scrolled, sorted and searched where they are kept", async () => {
  const { page } = office;
  await page.getByRole("radiogroup").getByText("Movimientos").click();
  const list = page.getByRole("grid", { name: "Movimientos" });
  // How many there are is known a moment after the first bones of rows are drawn.
  await page.waitForFunction(() => {
    const grid = document.querySelector('[role="grid"]');
    return Number(grid?.getAttribute("aria-rowcount")) > 1;
  });
  const rows = Number(await list.getAttribute("aria-rowcount"));
  assert.ok(rows > 10_000, `${rows} rows`);
  await list.focus();
  await page.keyboard.press("End");
  await list.locator(`[aria-rowindex="${rows}"]`).waitFor(LONG);
  await page.waitForFunction(() => document.querySelector(".grid-bones") === null);
  await list.getByRole("button", { name: /^Total/ }).click();
  await page.waitForFunction(() => document.querySelector(".grid-bones") === null);
  await page.getByRole("textbox", { name: /Artículo, documento/ }).fill("no existe nada así");
  await page.getByText("Ningún movimiento cumple con los filtros").waitFor(LONG);
  await page.getByRole("button", { name: "Quitar los filtros" }).click();
  await list.getByRole("row").nth(5).waitFor(LONG);
});

test("an export comes down as the file that was asked for", async () => {
  const { page } = office;
  await page.getByRole("button", { name: "Exportar" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", LONG),
    page.getByRole("menuitem", { name: "Todo, en CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^movimientos-\d+-\d{4}\.csv$/);
  const text = readFileSync(await download.path(), "utf8");
  assert.ok(text.startsWith("\uFEFFnit;"), "a CSV as spreadsheets of Latin America open it");
  assert.ok(text.split("\r\n").length > 10_000, "every movement is in it");
});

test("what is seen comes down as it is filtered and sorted, and is kept as a view", async () => {
  const { page } = office;
  const list = page.getByRole("grid", { name: "Movimientos" });
  const all = Number(await list.getAttribute("aria-rowcount"));
  await page.getByRole("button", { name: "Anulado", exact: true }).click();
  await page.waitForFunction((all) => {
    const rows = Number(document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount"));
    return rows > 1 && rows < all;
  }, all);
  const rows = Number(await list.getAttribute("aria-rowcount")) - 1;
  await page.getByRole("button", { name: "Exportar" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download", LONG),
    page.getByRole("menuitem", { name: "Lo que se ve, en CSV" }).click(),
  ]);
  const lines = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n")
    .slice(1);
  assert.equal(lines.length, rows);
  assert.ok(lines.every((line) => line.includes(";anulado;")));
  const totals = lines.map((line) => Number(line.split(";").at(-1)?.replace(",", ".")));
  assert.deepEqual(
    totals,
    [...totals].sort((a, b) => a - b),
  );
  await page.getByRole("button", { name: "Vistas" }).click();
  await page.getByRole("menuitem", { name: "Guardar lo que se ve…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Anuladas ñ");
  await dialog.getByRole("button", { name: "Guardar" }).click();
  await page.getByRole("button", { name: "Anuladas ñ" }).waitFor(LONG);
  await page.reload();
  await page.getByRole("button", { name: "Vistas" }).click();
  await page.getByRole("menuitem", { name: "Anuladas ñ", exact: true }).click();
  await page.getByRole("button", { name: "Anuladas ñ" }).waitFor(LONG);
});

test("a job is cancelled at once and says so", async () => {
  const { page } = office;
  await page
    .getByRole("link", { name: /^Empresas/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Extraer todas" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "Leer todo de nuevo" }).check();
  await dialog.getByRole("button", { name: "Extraer", exact: true }).click();
  await page.getByRole("link", { name: /^Actividad/ }).click();
  const list = page.getByRole("grid", { name: "Trabajos" });
  const running = list.getByRole("row").filter({ hasText: "En curso" }).first();
  await running.waitFor(LONG);
  await running.click();
  const panel = page.getByRole("complementary");
  const begun = Date.now();
  await panel.getByRole("button", { name: "Cancelar trabajo" }).click();
  await panel.getByText("Cancelada", { exact: true }).waitFor(LONG);
  assert.ok(Date.now() - begun < 3000, `cancelled after ${Date.now() - begun} ms`);
  await panel.getByRole("button", { name: "Reintentar" }).waitFor(LONG);
});

test("a restore brings back what was there", async () => {
  const { page } = office;
  await page
    .getByRole("button", { name: /trabajos?$/ })
    .waitFor({ state: "hidden", timeout: 240_000 });
  await page.getByRole("link", { name: /^Configuración/ }).click();
  const section = page.getByRole("main");
  await section.getByRole("button", { name: "Respaldos" }).click();
  await section.getByRole("button", { name: "Respaldar ahora" }).click();
  await section
    .getByRole("button", { name: /^Restaurar el respaldo/ })
    .first()
    .waitFor(LONG);
  await page.getByRole("link", { name: /^Servidores/ }).click();
  await page.getByRole("grid", { name: "Servidores" }).getByText("La Ñapa").click();
  const panel = page.getByRole("complementary");
  await panel.getByRole("button", { name: "Modificar" }).click();
  await panel.getByRole("textbox", { name: "Nombre", exact: true }).fill("Otro nombre");
  await panel.getByRole("button", { name: "Probar", exact: true }).click();
  await panel.getByText(/^Responde Firebird/).waitFor(LONG);
  await panel.getByRole("button", { name: "Guardar", exact: true }).click();
  await page.getByRole("complementary", { name: "Otro nombre" }).waitFor(LONG);
  await page.getByRole("link", { name: /^Configuración/ }).click();
  await section.getByRole("button", { name: "Respaldos" }).click();
  await section
    .getByRole("button", { name: /^Restaurar el respaldo/ })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Restaurar" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden", ...LONG });
  await page.getByRole("link", { name: /^Servidores/ }).click();
  await page.getByRole("grid", { name: "Servidores" }).getByText("La Ñapa").waitFor(LONG);
});

test("nothing on any tab keeps anyone out, in either theme and size", async () => {
  const { page } = office;
  const tabs = page.getByRole("navigation", { name: "Secciones" }).getByRole("link");
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const theme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      for (const tab of await tabs.all()) {
        await tab.click();
        await page.waitForTimeout(600);
        const where = `${await tab.textContent()}, ${theme}, ${viewport.width}`;
        assert.deepEqual(await serious(page), [], where);
      }
    }
  }
});

test("every tab is reached and walked through by keyboard alone", async () => {
  const { page } = office;
  const tabs = page.getByRole("navigation", { name: "Secciones" }).getByRole("link");
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const [at, tab] of (await tabs.all()).entries()) {
      const where = `${await tab.textContent()}, ${viewport.width}`;
      await page.locator("#main").focus();
      await page.keyboard.press(`Alt+${at + 1}`);
      await page.waitForFunction(
        (at) =>
          document.querySelectorAll(".rail-link")[at]?.getAttribute("aria-current") === "page",
        at,
      );
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .bone'));
      await page.locator("#main").focus();
      const stops = await stopsOf(page);
      assert.ok(stops.length > 0 && stops.length < MOST_STOPS, `${where}: ${stops.length} stops`);
      for (const stop of stops)
        assert.ok(stop.name !== "" && stop.inSight, `${where}: ${stop.html}`);
    }
  }
});

test("the page complained about nothing, and its policy forbade nothing", () => {
  assert.deepEqual(office.complaints, []);
});

/**
 * Where the Tab key leads from the beginning of the page until it leaves it.
 * @param {import("./office.mjs").Page} page
 * @returns {Promise<{ name: string, inSight: boolean, html: string }[]>}
 */
async function stopsOf(page) {
  /** @type {{ name: string, inSight: boolean, html: string }[]} */
  const stops = [];
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || !element.closest("main")) return null;
      const said = (element.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "")
        .join(" ");
      const labels = /** @type {{ labels?: NodeListOf<HTMLLabelElement> }} */ (element).labels;
      const names = [
        element.getAttribute("aria-label"),
        said,
        labels?.[0]?.textContent,
        element.textContent,
      ];
      // A choice is seen by its label, which also shows that it has the focus.
      const box = (labels?.[0] ?? element).getBoundingClientRect();
      return {
        name: names.find((name) => name && name.trim() !== "")?.trim() ?? "",
        inSight: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.left < innerWidth,
        html: element.outerHTML.slice(0, 200),
      };
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}
