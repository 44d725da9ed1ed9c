// An office for one test: a sample ERP on a private server, Puente's bridge over an empty data folder,
// and a browser that sees it.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
// Measurements say which build they are about; the sample's server is the same in both.
const kind = process.env.PUENTE_BUILD ?? "debug";
const built = (/** @type {string} */ name) =>
  join(target, name.startsWith("examples") ? "debug" : kind, name);

/** @type {import("playwright-core").Browser | undefined} */
let browser;

/**
 * @typedef {{ host: string, port: number, user: string, password: string, master: string, companies: string[] }} Erp
 * @typedef {import("playwright-core").Page} Page
 * @typedef {{ erp: Erp, page: Page, complaints: string[], close: () => Promise<void> }} Office
 */

/**
 * @param {{ lines?: number, erp?: boolean, viewport?: { width: number, height: number } }} [wishes]
 * without `erp`, no server of its own
 * @returns {Promise<Office>}
 */
export async function openOffice({
  lines,
  erp: wanted = true,
  viewport = { width: 1280, height: 800 },
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), "puente-e2e-"));
  /** @type {(() => Promise<unknown> | void)[]} */
  const undo = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const words = [join(folder, "erp"), ...(lines === undefined ? [] : [String(lines)])];
    const erp = /** @type {Erp} */ (
      wanted ? await started(undo, built("examples/erp"), words) : NO_ERP
    );
    const data = join(folder, "data");
    mkdirSync(data);
    writeFileSync(join(data, "config.toml"), 'secrets = "file"\n');
    const bridge = /** @type {{ url: string }} */ (
      await started(undo, built("puente"), ["serve", "--bridge", "--json", "--data-dir", data], {
        // No keyring answers on a build machine: passwords go to a file under this passphrase.
        PUENTE_PASSPHRASE: "frase de acceso de prueba",
      })
    );
    browser ??= await launch();
    const context = await browser.newContext({ viewport, locale: "es-CO", acceptDownloads: true });
    undo.push(() => context.close());
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(bridge.url);
    return { erp, page, complaints, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * @typedef {{
 *   siigo: { url: string, logins: { username: string, access_key: string }[] },
 *   mercadolibre: {
 *     url: string,
 *     auth_url: string,
 *     app: { client_id: string, client_secret: string, redirect_uri: string },
 *     accounts: { nickname: string }[],
 *   },
 *   solar: {
 *     url: string,
 *     login: { user: string, password: string, client: string },
 *     ca_pem: string,
 *   },
 *   control: { url: string, token: string },
 *   close: () => Promise<void>,
 * }} Clouds
 */

/**
 * The stand-ins of the clouds, with so many purchases in their shop.
 * @param {number} purchases
 * @returns {Promise<Clouds>}
 */
export async function openClouds(purchases) {
  /** @type {(() => Promise<unknown> | void)[]} */
  const undo = [];
  const about = await started(undo, built("examples/serve_clouds"), [String(purchases)]);
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  return { .../** @type {Omit<Clouds, "close">} */ (about), close };
}

/**
 * @typedef {{
 *   host: string,
 *   port: number,
 *   user: string,
 *   password: string,
 *   master: string,
 *   companies: string[],
 *   counter: string,
 *   close: () => Promise<void>,
 * }} SqlServer
 */

/**
 * The stand-in of SQL Server, with an ERP of so many lines and a point of sale in which so many documents wait.
 * @param {{ lines: number, documents: number }} wishes
 * @returns {Promise<SqlServer>}
 */
export async function openSqlServer({ lines, documents }) {
  const folder = mkdtempSync(join(tmpdir(), "puente-tds-"));
  /** @type {(() => Promise<unknown> | void)[]} */
  const undo = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const words = [folder, String(lines), `counter=${documents}`];
  try {
    const about = await started(undo, built("examples/sqlserver"), words);
    return { .../** @type {Omit<SqlServer, "close">} */ (about), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @type {Erp} */
const NO_ERP = { host: "", port: 0, user: "", password: "", master: "", companies: [] };

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/**
 * What the page complains about: defects, and what the policy of the bridge forbids.
 * @param {Page} page
 */
function listen(page) {
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack)));
  page.on("console", (message) => {
    // A refused command is an answer, and a browser calls every refusal an error.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) complaints.push(message.text());
  });
  return complaints;
}

/**
 * Starts a program that tells where it is as JSON.
 * @param {(() => Promise<unknown> | void)[]} undo
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<unknown>}
 */
async function started(undo, program, args, env = {}) {
  if (!existsSync(program)) throw new Error(`${program} is not built`);
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  undo.push(async () => {
    child.stdin.end();
    child.kill("SIGTERM");
    await ended;
  });
  let said = "";
  for await (const text of child.stdout) {
    said += text;
    try {
      const about = JSON.parse(said);
      child.stdout.resume();
      return about;
    } catch {
      // There is more to come.
    }
  }
  throw new Error(`${program} ended without telling where it is`);
}

function launch() {
  const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update"];
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", ...quiet],
  });
}
