// How soon the interface answers a key while a full extraction runs as fast as it can: real programs, a
// real Firebird, a real browser. From the key to the next frame that was drawn after it, as the browser
// tells it (Event Timing), and from a click on a tab until its list is there.
//   cargo build -p puente-sandbox --example erp && cargo build --release -p puente-cli
//   PUENTE_BUILD=release node tests/e2e/bench-input.mjs [--lines 400000] [--seconds 20]

import { closeBrowser, openOffice } from "./office.mjs";

/** @param {string} name @param {number} otherwise */
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};

const LONG = { timeout: 300_000 };
const SECONDS = option("seconds", 20);
const office = await openOffice({ lines: option("lines", 400_000) });
try {
  const { page, erp } = office;
  await setUp(page, erp);
  await measure(page, "at rest");
  await page.evaluate(() => location.assign("#/empresas"));
  await page.getByRole("button", { name: "Extraer todas" }).click();
  await page.getByRole("dialog").getByRole("checkbox", { name: "Leer todo de nuevo" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Extraer", exact: true }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await measure(page, "during a full extraction");
} finally {
  await office.close();
  await closeBrowser();
}

/**
 * The first extraction, after which there is something to type into and to look at.
 * @param {import("./office.mjs").Page} page @param {import("./office.mjs").Erp} erp
 */
async function setUp(page, erp) {
  await page.getByRole("button", { name: "Configurar mi oficina" }).click();
  await page.getByRole("main").getByRole("button", { name: "Agregar servidor" }).click();
  const form = page.getByRole("complementary", { name: "Agregar servidor" });
  const field = (/** @type {string} */ name) => form.getByRole("textbox", { name, exact: true });
  await field("Nombre").fill("Oficina");
  await field("Equipo").fill(erp.host);
  await field("Puerto").fill(String(erp.port));
  await field("Usuario").fill(erp.user);
  await form.getByLabel("Contraseña", { exact: false }).first().fill(erp.password);
  await field("Base maestra").fill(erp.master);
  await form.getByRole("button", { name: "Probar", exact: true }).click();
  await form.getByText(/^Responde Firebird/).waitFor(LONG);
  await form.getByRole("button", { name: "Guardar", exact: true }).click();
  await page.getByRole("complementary", { name: "Oficina" }).waitFor(LONG);
  await page.evaluate(() => location.assign("#/"));
  await page.getByRole("main").getByRole("button", { name: "Sincronizar todo" }).click();
  await page.getByRole("button", { name: /trabajos?$/ }).waitFor(LONG);
  await page.getByRole("button", { name: /trabajos?$/ }).waitFor({ state: "hidden", ...LONG });
}

/**
 * Types into the search of the companies and changes tabs for a while.
 * @param {import("./office.mjs").Page} page @param {string} name
 */
async function measure(page, name) {
  await page.evaluate(() => {
    const keys = /** @type {number[]} */ ([]);
    Object.assign(globalThis, { keys });
    // 16 ms is the least that the browser tells of.
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.name === "keydown") keys.push(entry.duration);
      }
    }).observe(/** @type {PerformanceObserverInit} */ ({ type: "event", durationThreshold: 16 }));
  });
  const tabs = [];
  let typed = 0;
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    for (const [tab, list] of [
      ["Actividad", "Trabajos"],
      ["Empresas", "Empresas"],
    ]) {
      const begun = performance.now();
      await page
        .getByRole("link", { name: new RegExp(`^${tab}`) })
        .first()
        .click();
      await page.getByRole("grid", { name: list ?? "" }).waitFor(LONG);
      tabs.push(performance.now() - begun);
    }
    await page.getByRole("textbox", { name: /Nombre, NIT/ }).focus();
    for (const key of ["a", "n", "d", "Backspace", "Backspace", "Backspace"]) {
      await page.keyboard.press(key);
      typed += 1;
      await page.waitForTimeout(40);
    }
  }
  const keys = await page.evaluate(
    () => /** @type {{ keys: number[] }} */ (/** @type {unknown} */ (globalThis)).keys,
  );
  const working = await page.getByRole("button", { name: /trabajos?$/ }).isVisible();
  // Keys that were answered within a frame are not told.
  const all = [...keys, ...Array(Math.max(0, typed - keys.length)).fill(16)];
  console.log(`${name} (${working ? "still running" : "nothing running"} at the end)`);
  console.log(`  ${typed} keys to the next frame: ${spread(all)}`);
  console.log(`  ${tabs.length} tabs until their list is there: ${spread(tabs)}`);
}

/** @param {number[]} list */
function spread(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const part = (/** @type {number} */ share) =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)} ms`;
  const late = list.filter((one) => one >= 100).length;
  return `median ${part(0.5)}, 95 % ${part(0.95)}, longest ${part(1)}, ${late} over 100 ms`;
}
