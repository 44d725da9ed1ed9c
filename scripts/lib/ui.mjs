// The interface: built before the programs that hold it.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./process.mjs";
import { say } from "./terminal.mjs";

const ui = join(root, "ui");
const built = join(ui, "dist", "index.html");

/**
 * Installs what package-lock.json names, unless that has been done.
 * @param {string} why
 * @returns {Promise<boolean>}
 */
export async function needNodeModules(why) {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return true;
  say(`node_modules: ${why}`);
  return (await npm("ci")) === 0;
}

/**
 * Builds the interface, unless it is newer than what it is made of: the programs that hold it would
 * be built again as well.
 * @returns {Promise<boolean>}
 */
export async function needInterface() {
  const made = existsSync(built) ? statSync(built).mtimeMs : 0;
  const sources = ["src", "public", "index.html", "package.json", "vite.config.ts"];
  if (newest(sources.map((name) => join(ui, name))) < made) return true;
  say("ui/dist");
  return (await npm("run", "--silent", "ui:build")) === 0;
}

/** @param {string[]} paths @returns {number} */
function newest(paths) {
  const times = paths.filter(existsSync).map((path) => {
    const about = statSync(path);
    if (!about.isDirectory()) return about.mtimeMs;
    return Math.max(about.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))));
  });
  return Math.max(0, ...times);
}

/** @param {string[]} words */
function npm(...words) {
  const program = process.env.npm_execpath;
  if (program) return run(process.execPath, [program, ...words]);
  return run(process.platform === "win32" ? "npm.cmd" : "npm", words);
}
