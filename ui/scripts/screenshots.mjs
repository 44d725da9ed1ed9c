// Pictures of every tab, from the stand-in or from a bridge, in Spanish, light and dark.
//   node ui/scripts/screenshots.mjs [--out FOLDER] [--url http://127.0.0.1:PORT/#token=...] [--only NAME] [--width 1280] [--theme dark]

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
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
const width = option("width");
const theme = option("theme");
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
].filter((size) => width === undefined || size.width === Number(width));
const THEMES = /** @type {const} */ (["light", "dark"]).filter(
  (name) => theme === undefined || name === theme,
);

/** @typedef {import("playwright-core").Page} Page */
/** @type {{ name: string, at: string, office?: string, act?: (page: Page) => Promise<unknown> }[]} */
const SHOTS = [
  { name: "bienvenida", at: "/", office: "new" },
  { name: "inicio-vacio", at: "/", office: "empty" },
  { name: "inicio", at: "/" },
  {
    name: "inicio-sincronizando",
    at: "/",
    act: async (page) => {
      await page.getByRole("main").getByRole("button", { name: "Sincronizar todo" }).click();
      await page.waitForTimeout(5000);
    },
  },
  { name: "empresas", at: "/empresas" },
  { name: "empresas-panel", at: "/empresas?open=9004512337:2026" },
  {
    name: "empresas-extraer",
    at: "/empresas",
    act: (page) => page.getByRole("button", { name: "Extraer todas" }).click(),
  },
  { name: "empresa", at: "/empresas/9004512337" },
  { name: "empresa-movimientos", at: "/empresas/9004512337?view=movements" },
  { name: "empresa-extracciones", at: "/empresas/9004512337?view=runs" },
  { name: "servidores", at: "/servidores?open=2" },
  {
    name: "servidores-agregar",
    at: "/servidores?open=new",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Nombre", exact: true }).fill("Oficina de Bogotá");
      await page.getByRole("textbox", { name: "Equipo", exact: true }).fill("cerrado");
      await page.getByRole("textbox", { name: "Usuario", exact: true }).fill("LECTOR");
      await page.getByRole("textbox", { name: "Contraseña", exact: true }).fill("secreta");
      await page
        .getByRole("textbox", { name: "Base maestra", exact: true })
        .fill("C:\\TNS\\ADMIN.GDB");
      await page.getByRole("button", { name: "Probar", exact: true }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "actividad", at: "/actividad" },
  {
    name: "actividad-trabajo",
    at: "/actividad?state=failed",
    act: (page) => page.getByRole("row").nth(1).click(),
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
    act: async (page) => {
      await page.getByRole("button", { name: "Probar conexión" }).click();
      await page.waitForTimeout(1200);
    },
  },
  { name: "configuracion-diagnostico", at: "/configuracion?section=diagnostics" },
  { name: "configuracion-acerca", at: "/configuracion?section=about" },
  { name: "buscar", at: "/", act: (page) => page.keyboard.press("Control+k") },
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
  for (const shot of SHOTS.filter(({ name }) => only === undefined || name.startsWith(only))) {
    for (const viewport of SIZES) {
      for (const theme of THEMES) await take(shot, viewport, theme);
    }
  }
} finally {
  await browser.close();
  await server?.close();
  rmSync(folder, { recursive: true });
}

/**
 * @param {(typeof SHOTS)[number]} shot
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
    if (message.type() === "error") console.error(`${shot.name}: ${message.text()}`);
  });
  await page.goto(`${base.replace(/#.*$/, "")}?office=${shot.office ?? "working"}#${shot.at}`);
  await quiet(page);
  await page.evaluate(() => document.fonts.ready);
  await shot.act?.(page);
  await quiet(page);
  const name = `${shot.name}-${theme}-${viewport.width}.png`;
  await page.screenshot({ path: join(out, name) });
  console.log(name);
  await context.close();
}

/**
 * Waits until nothing is on its way, and stays so.
 * @param {Page} page
 */
async function quiet(page) {
  const busy = page.locator('[aria-busy="true"], .bone');
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
