// How smoothly a million movements scroll: frames of a browser while the wheel turns and while the
// bar is dragged, on the stand-in or on a bridge.
//   node ui/scripts/scroll.mjs [--url http://127.0.0.1:PORT/#token=... --at "/empresas/NIT?view=movements"]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ui = fileURLToPath(new URL("..", import.meta.url));
const SECONDS = 10;

/** @param {string} name */
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const bridge = option("url");
const at = option("at") ?? "/empresas/9012208716?year=2026&view=movements";
const folder = mkdtempSync(join(tmpdir(), "puente-ui-"));
const server = bridge ? undefined : await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(bridge ?? `${server?.resolvedUrls?.local[0]}#${at}`);
  await page.getByRole("navigation", { name: "Secciones" }).waitFor();
  await page.evaluate((at) => location.assign(`#${at}`), at);
  const list = page.getByRole("grid", { name: "Movimientos" });
  await page.waitForFunction(
    () => Number(document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount")) > 2,
  );
  console.log(`${Number(await list.getAttribute("aria-rowcount")) - 1} rows`);
  const box = await list.boundingBox();
  if (!box) throw new Error("the list is not on screen");
  await page.mouse.move(box.x + 200, box.y + 200);
  await measure("wheel", async () => {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(16);
  });
  let place = 0;
  const drag = async (/** @type {number} */ rest) => {
    place = (place + 0.013) % 1;
    await list.evaluate((grid, place) => {
      grid.scrollTop = place * (grid.scrollHeight - grid.clientHeight);
    }, place);
    await page.waitForTimeout(rest);
  };
  await measure("drag", () => drag(30));
  // Long enough for the rows to come.
  await measure("drag, resting", () => drag(300));

  /**
   * @param {string} name
   * @param {() => Promise<unknown>} step
   */
  async function measure(name, step) {
    await page.evaluate(() => {
      const frames = /** @type {number[]} */ ([]);
      Object.assign(globalThis, { frames });
      let last = performance.now();
      const next = (/** @type {number} */ now) => {
        frames.push(now - last);
        last = now;
        if (frames.length < 100_000) requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    });
    const end = Date.now() + SECONDS * 1000;
    while (Date.now() < end) await step();
    const frames = await page.evaluate(
      () => /** @type {{ frames: number[] }} */ (/** @type {unknown} */ (globalThis)).frames,
    );
    const sorted = [...frames].sort((a, b) => a - b);
    const part = (/** @type {number} */ share) =>
      (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
    const long = frames.filter((frame) => frame > 50).length;
    console.log(
      `${name}: ${frames.length} frames, median ${part(0.5)} ms, 99 % ${part(0.99)} ms, ` +
        `longest ${part(0.99999)} ms, ${long} over 50 ms`,
    );
  }
} finally {
  await browser.close();
  await server?.close();
  rmSync(folder, { recursive: true });
}

async function serve() {
  const outDir = { outDir: folder, emptyOutDir: true };
  await build({ root: ui, mode: "mock", logLevel: "warn", build: outDir });
  const preview_ = { host: "127.0.0.1", port: 0 };
  return preview({ root: ui, logLevel: "warn", build: { outDir: folder }, preview: preview_ });
}
