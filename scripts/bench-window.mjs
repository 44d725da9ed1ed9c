// npm run bench:window: how long the window takes from the start of its process to the first thing on
// the screen, and what it holds in memory when idle. Release build, a screen of its own (Xvfb).
// npm run bench:window -- --runs 10

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root, run } from "./lib/process.mjs";
import { needRust, targetFolder } from "./lib/rust.mjs";
import { heading, main, Stop, say } from "./lib/terminal.mjs";
import { needInterface, needNodeModules } from "./lib/ui.mjs";

/** Until it is at rest. */
const IDLE_SECONDS = 10;
/** Ticks of the clock in which Linux tells when a process began, per second. */
const TICKS = 100;

await main(async () => {
  const words = process.argv.slice(2);
  const runs = Number(words[words.indexOf("--runs") + 1]) || 5;
  needRust();
  if (!(await needNodeModules("the interface")) || !(await needInterface())) {
    throw new Stop("The interface could not be built.");
  }
  heading("building the window");
  if ((await run("cargo", ["build", "--release", "--locked", "-p", "puente-desktop"])) !== 0) {
    throw new Stop("It could not be built.");
  }
  const program = join(targetFolder() ?? join(root, "target"), "release", "puente-desktop");
  const home = mkdtempSync(join(tmpdir(), "puente-window-"));
  const desktop = await openDesktop(home);
  heading(`${runs} starts`);
  try {
    const figures = [];
    for (let at = 0; at < runs; at += 1) {
      const figure = await start(desktop, program, at === runs - 1);
      say(`first paint ${figure.paint} ms, interface ready ${figure.ready} ms`);
      figures.push(figure);
    }
    const middle = (/** @type {number[]} */ list) =>
      list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
    const last = figures.at(-1);
    heading("figures");
    say(`first paint: ${middle(figures.map(({ paint }) => paint))} ms (median of ${runs})`);
    say(`interface ready: ${middle(figures.map(({ ready }) => ready))} ms (median of ${runs})`);
    for (const { name, rss, pss, own, written } of last?.memory ?? []) {
      say(
        `${name}: ${rss} MB resident; ${pss} MB when shared pages are shared out, ${own} MB that ` +
          `nobody shares, ${written} MB that it wrote itself`,
      );
    }
    say(`program: ${megabytes(statSync(program).size / 1024)} MB`);
    return 0;
  } finally {
    for (const child of desktop.children) child.kill();
    rmSync(home, { recursive: true, maxRetries: 5, retryDelay: 200 });
  }
});

/**
 * @typedef {object} Desktop
 * @property {import("node:child_process").ChildProcess[]} children
 * @property {number} port where the driver listens
 */

/** @param {string} home @returns {Promise<Desktop>} */
async function openDesktop(home) {
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, NO_AT_BRIDGE: "1" };
  Object.assign(env, { PUENTE_DATA_DIR: join(home, "data"), LIBGL_ALWAYS_SOFTWARE: "1" });
  Object.assign(env, { TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true" });
  const screenArguments = ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  const screen = spawn("Xvfb", screenArguments, { stdio: ["ignore", "pipe", "ignore"] });
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address=1"], {
    stdio: ["ignore", "pipe", "ignore"],
    env,
  });
  Object.assign(env, {
    DISPLAY: `:${await firstLine(screen)}`,
    DBUS_SESSION_BUS_ADDRESS: await firstLine(bus),
  });
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
    stdio: "ignore",
    env,
  });
  await pause(1000);
  return { children: [driver, bus, screen], port };
}

/**
 * One start, from the process to a page that can be used.
 * @param {Desktop} desktop @param {string} program @param {boolean} weigh
 */
async function start({ port }, program, weigh) {
  const options = { binary: program, args: [] };
  const wish = { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } };
  const { sessionId } = await ask(port, "POST", "/session", wish);
  const script = `const done = arguments[0];
    const look = () => {
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      if (!paint || !document.querySelector("h1, h2, main")) return setTimeout(look, 5);
      done({ at: performance.timeOrigin + paint.startTime, ready: performance.timeOrigin + performance.now() });
    };
    look();`;
  const path = `/session/${sessionId}`;
  const told = await ask(port, "POST", `${path}/execute/async`, { script, args: [] });
  const own = processes()
    .filter(({ exe }) => exe === "puente-desktop")
    .sort((a, b) => b.begun - a.begun)[0];
  if (!own) throw new Stop("The window's process is not there.");
  const begun = own.begun;
  /** @type {ReturnType<typeof weight>[]} */
  let memory = [];
  if (weigh) {
    await pause(IDLE_SECONDS * 1000);
    memory = processes()
      .filter(({ pid, parent }) => pid === own.pid || parent === own.pid)
      .map(({ pid, exe }) => weight(pid, exe));
  }
  await ask(port, "DELETE", path);
  return { paint: Math.round(told.at - begun), ready: Math.round(told.ready - begun), memory };
}

/** Processes of this machine, with when they began, in milliseconds since 1970. */
function processes() {
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  const boot = Date.now() - uptime;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        const exe = (words[0] ?? "").split("/").at(-1) ?? "";
        const begun = boot + (Number(fields[19]) * 1000) / TICKS;
        return [{ pid, parent: fields[1], exe, begun }];
      } catch {
        return [];
      }
    });
}

/** @param {string} pid @param {string} name */
function weight(pid, name) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const of = (/** @type {string} */ field) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(rollup)?.[1]);
  return {
    name,
    rss: megabytes(of("Rss")),
    pss: megabytes(of("Pss")),
    own: megabytes(of("Private_Clean") + of("Private_Dirty")),
    written: megabytes(of("Anonymous")),
  };
}

/** @param {number} kilobytes */
function megabytes(kilobytes) {
  return Math.round(kilobytes / 102.4) / 10;
}

/**
 * @param {number} port @param {string} method @param {string} path @param {object} [body]
 */
async function ask(port, method, path, body) {
  const request = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, request);
  const { value } = /** @type {{ value: any }} */ (await answer.json());
  if (!answer.ok) throw new Stop(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<string>} */
function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.stdout?.once("data", (text) => resolve(String(text).split("\n")[0] ?? ""));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
