// What keeps people out, as axe sees it in a real browser: colours included.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * @param {import("./office.mjs").Page} page
 * @returns {Promise<string[]>}
 */
export async function serious(page) {
  // What is fading away has too little contrast for a moment.
  await page.waitForFunction(() => document.getAnimations().length === 0);
  // The policy forbids scripts of others: this one comes in through the browser's own door.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run();
    return violations
      .filter((/** @type {any} */ { impact }) => impact === "serious" || impact === "critical")
      .map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`);
  });
}
