// Pictures of every tab, from the stand-in or from a bridge, in Spanish, light and dark.
// With --manual only what the manual shows: small, and dark for the tabs alone.
// With --axe nothing serious may keep anyone out of what is shown.
//   node ui/scripts/screenshots.mjs [--out FOLDER] [--url http://127.0.0.1:PORT/#token=...] [--manual] [--axe] [--only NAME] [--width 1280] [--theme dark]

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ui = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} name */
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const out = option("out") ?? join(ui, "dist-screenshots");
const manual = process.argv.includes("--manual");
const axe = process.argv.includes("--axe")
  ? readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
  : undefined;
const width = option("width") ?? (manual ? "1280" : undefined);
const theme = option("theme");
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
].filter((size) => width === undefined || size.width === Number(width));
const THEMES = /** @type {const} */ (["light", "dark"]).filter(
  (name) => theme === undefined || name === theme,
);

/** @typedef {import("playwright-core").Page} Page */
/**
 * @typedef {{
 *   name: string,
 *   at: string,
 *   office?: string,
 *   standIn?: true,
 *   act?: (page: Page) => Promise<unknown>,
 * }} Shot `standIn`: only where it is at hand, for a bridge can't be made to fail at will
 */

/** @param {string} nit @returns {Shot[]} */
const shots = (nit) => [
  { name: "bienvenida", at: "/", office: "new", standIn: true },
  { name: "inicio-vacio", at: "/", office: "empty", standIn: true },
  { name: "inicio", at: "/" },
  {
    name: "avisos",
    at: "/configuracion",
    standIn: true,
    act: async (page) => {
      await page.getByText("Salir", { exact: true }).click();
      await page.getByRole("button", { name: "Deshacer" }).waitFor();
      await page.getByRole("switch").first().click();
      await page.getByRole("button", { name: "Deshacer" }).nth(1).waitFor();
    },
  },
  {
    name: "inicio-sincronizando",
    at: "/",
    standIn: true,
    act: async (page) => {
      await page.getByRole("main").getByRole("button", { name: "Sincronizar todo" }).click();
      await page.waitForTimeout(5000);
    },
  },
  { name: "empresas", at: "/empresas" },
  {
    name: "empresas-detalle",
    at: "/empresas",
    act: (page) =>
      page
        .getByRole("row")
        .nth(1)
        .click({ position: { x: 400, y: 10 } }),
  },
  {
    name: "empresas-extraer",
    at: "/empresas",
    act: (page) => page.getByRole("button", { name: "Extraer todas" }).click(),
  },
  { name: "empresa", at: `/empresas/${nit}` },
  { name: "empresa-movimientos", at: `/empresas/${nit}?view=movements` },
  { name: "empresa-extracciones", at: `/empresas/${nit}?view=runs` },
  { name: "facturacion", at: "/facturacion", standIn: true },
  {
    name: "facturacion-incierta",
    at: "/facturacion?state=uncertain",
    standIn: true,
    act: (page) =>
      page
        .getByRole("row")
        .nth(1)
        .click({ position: { x: 400, y: 10 } }),
  },
  {
    name: "facturacion-pendiente",
    at: "/facturacion?state=pending",
    standIn: true,
    act: (page) =>
      page
        .getByRole("row")
        .nth(1)
        .click({ position: { x: 400, y: 10 } }),
  },
  {
    name: "facturacion-enviar",
    at: "/facturacion?state=ready",
    standIn: true,
    act: (page) => page.getByRole("button", { name: /^Facturar/ }).click(),
  },
  { name: "facturacion-pasos", at: "/facturacion?view=steps", standIn: true },
  {
    name: "facturacion-solar",
    at: "/facturacion?view=steps&setup=solar",
    office: "counter",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Probar conexión" }).last().click();
      await page.getByText(/^Este equipo no conoce/).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "facturacion-solar-pasos",
    at: "/facturacion?view=steps",
    office: "counter",
    standIn: true,
  },
  {
    name: "facturacion-sin-permiso",
    at: "/facturacion?view=steps&setup=source",
    office: "counter",
    standIn: true,
    act: async (page) => {
      const panel = page.getByRole("complementary");
      await panel.getByRole("textbox", { name: /^Nombre/ }).fill("Caja 2");
      await panel.getByRole("textbox", { name: /^Base de datos/ }).fill("SIN_PERMISO");
      await panel.getByRole("button", { name: "Guardar" }).click();
      await panel.getByText(/^GRANT UPDATE/).scrollIntoViewIfNeeded();
    },
  },
  { name: "facturacion-comprobantes", at: "/facturacion", office: "counter", standIn: true },
  {
    name: "facturacion-comprobante",
    at: "/facturacion?state=refused&open=62",
    office: "counter",
    standIn: true,
    act: async (page) => {
      await page.getByText(/ · Rechazada$/).click();
      await page
        .getByText(/"IdComprobante"/)
        .last()
        .scrollIntoViewIfNeeded();
    },
  },
  { name: "facturacion-primera", at: "/facturacion?view=steps", office: "empty", standIn: true },
  { name: "facturacion-siigo", at: "/facturacion?view=steps&setup=ledger", standIn: true },
  { name: "facturacion-canal", at: "/facturacion?view=steps&setup=channel", standIn: true },
  { name: "facturacion-reglas", at: "/facturacion?view=steps&setup=rules", standIn: true },
  { name: "facturacion-equivalencias", at: "/facturacion?view=mappings", standIn: true },
  { name: "facturacion-margen", at: "/facturacion?view=margin", standIn: true },
  { name: "pronosticos", at: "/pronosticos", standIn: true },
  {
    name: "pronosticos-articulo",
    at: "/pronosticos",
    standIn: true,
    act: (page) =>
      page
        .getByRole("row")
        .nth(1)
        .click({ position: { x: 400, y: 10 } }),
  },
  { name: "pronosticos-totales", at: "/pronosticos?view=totals", standIn: true },
  { name: "pronosticos-modelos", at: "/pronosticos?view=models", standIn: true },
  {
    name: "pronosticos-bodegas",
    at: "/pronosticos?apart=true",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Entrenar" }).click();
      await page.getByText("01 PRINCIPAL").first().waitFor();
    },
  },
  {
    name: "pronosticos-entrenar",
    at: "/pronosticos",
    standIn: true,
    act: (page) => page.getByRole("button", { name: "Entrenar" }).click(),
  },
  { name: "pronosticos-sin-modelo", at: "/pronosticos?nit=8301124471", standIn: true },
  { name: "pronosticos-poca-historia", at: "/pronosticos?nit=9011457720", standIn: true },
  { name: "pronosticos-vacio", at: "/pronosticos", office: "empty", standIn: true },
  {
    name: "servidores",
    at: "/servidores",
    act: (page) => page.getByRole("row").last().click(),
  },
  {
    name: "servidores-agregar",
    at: "/servidores?open=new",
    act: async (page) => {
      const field = (/** @type {string} */ name) =>
        page.getByRole("textbox", { name, exact: true });
      await field("Nombre").fill("Oficina de Bogotá");
      await field("Equipo").fill(bridge ? "127.0.0.1" : "cerrado");
      await field("Puerto").fill(bridge ? "1" : "3050");
      await field("Usuario").fill("LECTOR");
      await field("Contraseña").fill("secreta");
      await field("Base maestra").fill("C:\\TNS\\ADMIN.GDB");
      await page.getByRole("button", { name: "Probar", exact: true }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "servidores-sqlserver",
    at: "/servidores?open=new",
    standIn: true,
    act: async (page) => {
      await page.getByText("SQL Server", { exact: true }).click();
      const field = (/** @type {string} */ name) =>
        page.getByRole("textbox", { name, exact: true });
      await field("Nombre").fill("Mostrador");
      await field("Equipo").fill("192.168.1.20");
      await field("Usuario").fill("PUENTE");
      await field("Contraseña").fill("secreta");
      await field("Base maestra").fill("LOCAL");
      await page.getByRole("button", { name: "Probar", exact: true }).click();
      await page
        .getByRole("button", { name: "Confiar en este certificado" })
        .scrollIntoViewIfNeeded();
    },
  },
  { name: "servidores-debil", at: "/servidores?open=1", office: "counter", standIn: true },
  { name: "vpn", at: "/vpn", standIn: true },
  { name: "vpn-vacia", at: "/vpn", office: "empty", standIn: true },
  { name: "vpn-detalle", at: "/vpn?open=1", standIn: true },
  {
    name: "vpn-servidor",
    at: "/vpn?open=1",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Preguntar al servidor" }).click();
      await page.getByText(/^Este equipo saludó/).waitFor();
      await page.getByRole("button", { name: "Ver todas sus conexiones" }).click();
      await page.getByRole("table").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "vpn-sin-saludo",
    at: "/vpn?open=2",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Conectar", exact: true }).click();
      await page.getByRole("heading", { name: /^Qué abrir/ }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "vpn-todo-el-equipo",
    at: "/vpn?open=1",
    standIn: true,
    act: async (page) => {
      await page.getByText("Todo el equipo", { exact: true }).click();
      await page.getByRole("button", { name: "Conectar todo el equipo" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "vpn-equipo-conectado",
    at: "/vpn?open=1",
    standIn: true,
    act: async (page) => {
      await page.getByText("Todo el equipo", { exact: true }).click();
      await page.getByRole("button", { name: "Conectar todo el equipo" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Conectar todo el equipo" }).click();
      await page.getByRole("heading", { name: "Todo el equipo está conectado" }).waitFor();
    },
  },
  {
    name: "vpn-sin-servicio",
    at: "/vpn?open=1",
    office: "working&helper=stopped",
    standIn: true,
    act: async (page) => {
      await page.getByText("Todo el equipo", { exact: true }).click();
      await page.getByRole("heading", { name: /^Qué falta/ }).scrollIntoViewIfNeeded();
    },
  },
  { name: "vpn-incierta", at: "/vpn?open=3", standIn: true },
  { name: "vpn-importar", at: "/vpn?open=import", standIn: true },
  {
    name: "vpn-huella",
    at: "/vpn?open=new",
    standIn: true,
    act: async (page) => {
      await fillVpn(page);
      await page.getByRole("alert").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "vpn-crear",
    at: "/vpn?open=new",
    standIn: true,
    act: async (page) => {
      await fillVpn(page);
      await page.getByRole("button", { name: "Es la misma: continuar" }).click();
      await page
        .getByRole("heading", { name: "Lo que se hará en el servidor" })
        .scrollIntoViewIfNeeded();
    },
  },
  {
    name: "vpn-llave",
    at: "/vpn?open=new",
    standIn: true,
    act: async (page) => {
      await fillVpn(page);
      await page.getByText("Llave privada", { exact: true }).click();
      await page
        .getByRole("textbox", { name: "Archivo de la llave privada" })
        .fill("~/.ssh/protegida");
      await page.getByRole("button", { name: "Ver qué se hará" }).click();
      await page.getByRole("button", { name: "Es la misma: continuar" }).click();
      await page.getByText("la frase de acceso falta").waitFor();
    },
  },
  {
    name: "vpn-qr",
    at: "/vpn?open=1",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Código QR" }).click();
      await page.getByRole("button", { name: "Mostrar el código" }).click();
      await page.getByRole("img", { name: /^Código QR/ }).waitFor();
    },
  },
  {
    name: "vpn-revocar",
    at: "/vpn?open=1",
    standIn: true,
    act: (page) => page.getByRole("button", { name: "Revocar" }).click(),
  },
  { name: "vpn-entrar", at: "/vpn?open=1&edit=true", standIn: true },
  {
    name: "vpn-preparar",
    at: "/vpn?open=new",
    standIn: true,
    act: async (page) => {
      await fillVpn(page, "sin-wireguard");
      await page.getByRole("button", { name: "Es la misma: continuar" }).click();
      await page.getByRole("button", { name: "Preparar el servidor" }).click();
      await page.getByRole("button", { name: "Ver los pasos" }).click();
      await page.getByText(/^Todavía no cambió nada/).scrollIntoViewIfNeeded();
    },
  },
  { name: "vpn-preparados", at: "/vpn?open=setups", standIn: true },
  { name: "servidores-vpn", at: "/servidores?open=2&edit=true", standIn: true },
  { name: "actividad", at: "/actividad" },
  {
    name: "actividad-detalle",
    at: "/actividad",
    act: (page) => page.getByRole("row").nth(2).click(),
  },
  { name: "actividad-auditoria", at: "/actividad?view=audit" },
  { name: "configuracion", at: "/configuracion" },
  { name: "configuracion-programacion", at: "/configuracion?section=schedules" },
  {
    name: "configuracion-programar",
    at: "/configuracion?section=schedules",
    act: (page) => page.getByRole("button", { name: "Agregar programación" }).click(),
  },
  { name: "configuracion-respaldos", at: "/configuracion?section=backups" },
  {
    name: "configuracion-red",
    at: "/configuracion?section=network",
    standIn: true,
    act: async (page) => {
      await page.getByRole("button", { name: "Probar conexión" }).click();
      await page.waitForTimeout(1200);
    },
  },
  {
    name: "configuracion-pronosticos",
    at: "/configuracion?section=forecast",
    standIn: true,
    act: async (page) => {
      await page.getByRole("textbox", { name: "Dirección de MLflow" }).fill("http://mlflow:5000");
      await page.getByRole("button", { name: "Probar" }).click();
      await page.getByText("MLflow respondió").waitFor();
    },
  },
  { name: "configuracion-diagnostico", at: "/configuracion?section=diagnostics" },
  { name: "configuracion-acerca", at: "/configuracion?section=about" },
  {
    name: "buscar",
    at: "/",
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Buscar o ejecutar" }).waitFor();
    },
  },
];

const TABS = [
  "inicio",
  "empresas",
  "empresa",
  "facturacion",
  "pronosticos",
  "servidores",
  "vpn",
  "actividad",
  "configuracion",
];
const only = option("only");
const bridge = option("url");
const folder = mkdtempSync(join(tmpdir(), "puente-ui-"));
const server = bridge ? undefined : await serve();
const base = bridge ?? server?.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ]),
});
mkdirSync(out, { recursive: true });
try {
  const nit = bridge ? await setUp() : "9004512337";
  const wanted = shots(nit).filter(
    ({ name, standIn }) =>
      (only === undefined || name.startsWith(only)) && !(bridge !== undefined && standIn),
  );
  for (const shot of wanted) {
    for (const viewport of SIZES) {
      for (const theme of THEMES) {
        if (!manual || theme === "light" || TABS.includes(shot.name)) {
          await take(shot, viewport, theme);
        }
      }
    }
  }
} finally {
  await browser.close();
  await server?.close();
  rmSync(folder, { recursive: true });
}

/**
 * @param {Shot} shot
 * @param {{ width: number, height: number }} viewport
 * @param {"light" | "dark"} theme
 */
async function take(shot, viewport, theme) {
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    locale: "es-CO",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`${shot.name}: ${error.stack}`));
  page.on("console", (message) => {
    // A refused command is an answer, and a browser calls every refusal an error.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) console.error(`${shot.name}: ${message.text()}`);
  });
  if (bridge) {
    await page.goto(bridge);
    await page.getByRole("navigation", { name: "Secciones" }).waitFor();
    await page.evaluate((at) => location.assign(`#${at}`), shot.at);
  } else {
    await page.goto(`${base}?office=${shot.office ?? "working"}#${shot.at}`);
  }
  await quiet(page);
  await page.evaluate(() => document.fonts.ready);
  await shot.act?.(page);
  await quiet(page);
  const name = `${shot.name}-${theme}-${viewport.width}.png`;
  await page.screenshot({ path: join(out, name) });
  console.log(name);
  if (axe !== undefined) await barriers(page, name, axe);
  await context.close();
}

/**
 * What keeps someone out of the page, told under the picture's name.
 * @param {Page} page
 * @param {string} name
 * @param {string} axe
 */
async function barriers(page, name, axe) {
  // What is fading in or away has too little contrast for a moment.
  await page.waitForFunction(() => document.getAnimations().length === 0);
  await page.evaluate(axe);
  /** @type {string[]} */
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run();
    return violations
      .filter((/** @type {any} */ { impact }) => impact === "serious" || impact === "critical")
      .flatMap((/** @type {any} */ { id, nodes }) =>
        nodes.map((/** @type {any} */ { html }) => `${id}: ${html.slice(0, 200)}`),
      );
  });
  for (const one of found) console.error(`${name}: ${one}`);
  if (found.length > 0) process.exitCode = 1;
}

/**
 * The first start on a bridge: the example, brought up to date. Gives the NIT of its first company.
 * @returns {Promise<string>}
 */
async function setUp() {
  for (const viewport of SIZES) {
    for (const theme of THEMES) {
      if (manual && theme === "dark") continue;
      const context = await browser.newContext({ viewport, colorScheme: theme, locale: "es-CO" });
      const page = await context.newPage();
      await page.goto(base);
      const demo = page.getByRole("button", { name: "Explorar con datos de ejemplo" });
      const rail = page.getByRole("navigation", { name: "Secciones" });
      await demo.or(rail).first().waitFor();
      if (await demo.isVisible()) {
        await page.screenshot({ path: join(out, `bienvenida-${theme}-${viewport.width}.png`) });
      }
      await context.close();
    }
  }
  const [viewport] = SIZES;
  const page = await browser.newPage({ locale: "es-CO", viewport: viewport ?? null });
  await page.goto(base);
  const demo = page.getByRole("button", { name: "Explorar con datos de ejemplo" });
  const rail = page.getByRole("navigation", { name: "Secciones" });
  await demo.or(rail).first().waitFor();
  if (await demo.isVisible()) {
    await demo.click();
    // The example brings itself up to date: the bar of all, and those of two companies. A fast machine
    // may be done before anyone looks.
    const done = page.getByText("Última sincronización");
    await page.getByRole("progressbar").nth(2).or(done).first().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(out, "inicio-sincronizando-light-1280.png") });
    await done.waitFor({ timeout: 600_000 });
  }
  await page
    .getByRole("link", { name: /^Empresas/ })
    .first()
    .click();
  const link = page.getByRole("grid").getByRole("link").first();
  const address = (await link.getAttribute("href")) ?? "";
  await page.close();
  return /empresas\/(\d+)/.exec(address)?.[1] ?? "";
}

/**
 * What a VPN is made with, and the first look at its server.
 * @param {Page} page
 * @param {string} [host]
 */
async function fillVpn(page, host = "vpn.sur.example") {
  const field = (/** @type {string} */ name) => page.getByRole("textbox", { name, exact: true });
  await field("Nombre").fill("Sede sur");
  await field("Servidor").fill(host);
  await field("Usuario").fill("puente");
  await field("Contraseña").fill("secreta");
  await page.getByRole("button", { name: "Ver qué se hará" }).click();
  await page.getByRole("button", { name: "Es la misma: continuar" }).waitFor();
}

/**
 * Waits until nothing is on its way, and stays so.
 * @param {Page} page
 */
async function quiet(page) {
  const busy = page.locator('[aria-busy="true"], .bone, .grid-bones');
  for (let still = 0; still < 4; ) {
    await page.waitForTimeout(150);
    still = (await busy.count()) > 0 ? 0 : still + 1;
  }
}

async function serve() {
  await build({
    root: ui,
    mode: "mock",
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true },
  });
  return preview({
    root: ui,
    logLevel: "warn",
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port: 0 },
  });
}
