// Other programs: found, run with the terminal, or asked for their output.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Runs a program on this terminal and waits for it. 127 when there is no such program.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code
 */
export function run(program, args, { env = process.env } = {}) {
  return new Promise((resolve) => {
    // Ctrl-C reaches the program too: it decides, and this waits for what it says.
    const wait = () => {};
    process.on("SIGINT", wait);
    const child = spawn(program, args, { cwd: root, env, stdio: "inherit" });
    /** @param {number} code */
    const finish = (code) => {
      process.off("SIGINT", wait);
      resolve(code);
    };
    child.on("error", () => finish(127));
    child.on("close", (code) => finish(code ?? 130));
  });
}

/**
 * What a program prints, without a terminal; `undefined` when it fails or does not exist.
 * @param {string} program
 * @param {string[]} args
 * @param {{ timeout?: number }} [options] `timeout` in milliseconds
 */
export function ask(program, args, { timeout } = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: "utf8", timeout });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Whether a program of that name is on the path.
 * @param {string} name
 */
export function has(name) {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.some((folder) => names.some((file) => isProgram(join(folder, file))));
}

/**
 * Puts a folder in front of the path of this process and all that it runs.
 * @param {string} folder
 */
export function addToPath(folder) {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
