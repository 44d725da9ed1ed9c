// npm test: installs what the checks need, runs them all, and sums up.
// npm test -- NAME... runs only those of that name; --only-setup runs none.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { byHand, hasApt, install, missingOf, PACKAGES } from "./lib/debian.mjs";
import { needMlflow } from "./lib/mlflow.mjs";
import { ask, root, run } from "./lib/process.mjs";
import { needCargoTool, needComponents, needRust, targetFolder } from "./lib/rust.mjs";
import { seeded } from "./lib/seed.mjs";
import { duration, green, heading, main, red, Stop, say, warn, yellow } from "./lib/terminal.mjs";
import { needInterface, needNodeModules } from "./lib/ui.mjs";

/**
 * @typedef {{ skipped: string } | boolean} Outcome passed, failed, or not to be run here and why
 * @typedef {{ name: string, what: string, check: () => Promise<Outcome>, asked?: true }} Step `asked`: only by its name
 */

/** The package that links WebKit on Linux. */
const WINDOW = "puente-desktop";

/** @type {Step[]} */
const STEPS = [
  {
    name: "format",
    what: "Rust is formatted as rustfmt.toml says",
    check: () => cargo("fmt", "--all", "--check"),
  },
  {
    name: "scripts",
    what: "the scripts are formatted, linted and of the right types",
    check: async () =>
      (await tool("@biomejs/biome/bin/biome", "ci", ".")) &&
      (await tool("typescript/bin/tsc", "--project", "scripts")) &&
      (await tool("typescript/bin/tsc", "--project", join("ui", "scripts"))) &&
      (await tool("typescript/bin/tsc", "--project", join("tests", "e2e"))),
  },
  {
    name: "ui",
    what: "the interface: types, texts, unused code, tests on the stand-in",
    check: async () =>
      (await tool("typescript/bin/tsc", "--project", "ui", "--noEmit")) &&
      (await run(process.execPath, [join(root, "ui", "scripts", "i18n.mjs")])) === 0 &&
      (await tool("knip/bin/knip.js", "--directory", "ui")) &&
      (await tool("vitest/vitest.mjs", "run", "--root", "ui")),
  },
  {
    name: "clippy",
    what: "no lint speaks up, warnings included",
    check: () =>
      cargo("clippy", ...everything(), "--all-targets", "--locked", "--", "--deny", "warnings"),
  },
  {
    name: "tests",
    what: "unit and integration tests, on real servers",
    check: async () => {
      const only = [...everything(), "--locked", "-E", `not package(${WINDOW})`];
      return (await run("cargo", ["nextest", "run", ...only], { env: seeded() })) === 0;
    },
  },
  {
    name: "e2e",
    what: "the walk of an office in a browser, over the real programs and a real Firebird",
    check: theWalk,
  },
  {
    name: "mlflow",
    what: "trainings told to a real MLflow server that asks for a login",
    check: theMlflow,
    asked: true,
  },
  { name: "window", what: "the real window, on a screen of its own", check: theWindow },
  {
    name: "doctests",
    what: "the examples of the documentation",
    check: () => cargo("test", "--doc", ...everything(), "--locked", "--quiet"),
  },
  {
    name: "licences",
    what: "licences, sources and bans of the dependencies",
    check: () => deny("bans", "licenses", "sources"),
  },
  { name: "advisories", what: "known holes of the dependencies", check: advisories },
];

await main(async () => {
  const words = process.argv.slice(2);
  const chosen = choose(words.filter((word) => !word.startsWith("-")));
  await setUp();
  if (words.includes("--only-setup")) return 0;
  return runAll(chosen);
});

/** @param {string[]} names */
function choose(names) {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = STEPS.map(({ name }) => name).join(" ");
    throw new Stop(`No check is called ${unknown.join(", ")}. There are: ${known}`);
  }
  return STEPS.filter(({ name, asked }) => (names.length === 0 ? !asked : names.includes(name)));
}

async function setUp() {
  heading("set-up");
  const begun = Date.now();
  needRust();
  await needPackages();
  if (!(await needNodeModules("the interface, and the checks of the scripts"))) {
    throw new Stop("npm ci failed; the interface and the checks of the scripts need it.");
  }
  if (!(await needInterface())) throw new Stop("The interface could not be built.");
  await needComponents();
  await needCargoTool("cargo-nextest", "runs the tests");
  await needCargoTool("cargo-deny", "checks the licences of the dependencies");
  if (hasApt() && (await run("bash", ["scripts/firebird4.sh"])) !== 0) {
    warn("Firebird 4 could not be had: its tests say so and are not run.");
  }
  if (hasApt() && (await run("bash", ["scripts/tds-peers.sh"])) !== 0) {
    warn("mssql-python and pysqlbridge could not be had: their tests say so and are not run.");
  }
  say(duration(Date.now() - begun));
}

async function needPackages() {
  if (!hasApt()) {
    warn("Not Debian nor Ubuntu: the tests need a C compiler, Firebird 3.0 and a keyring.");
    return;
  }
  const missing = missingOf(Object.values(PACKAGES));
  for (const { name, why } of missing) say(`${name}: ${why.en}`);
  if (missing.length > 0 && !(await install(missing))) {
    throw new Stop(`The tests need packages that could not be installed: ${byHand(missing)}`);
  }
}

/** @param {Step[]} steps */
async function runAll(steps) {
  /** @type {string[]} */
  const lines = [];
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, what, check } of steps) {
    heading(`${name}: ${what}`);
    const begun = Date.now();
    const outcome = await check();
    const time = duration(Date.now() - begun);
    if (typeof outcome === "object") {
      warn(`skipped: ${outcome.skipped}`);
      count.skipped += 1;
      lines.push(`${yellow("skipped")} ${name} (${outcome.skipped})`);
    } else if (outcome) {
      say(`${green("passed")} in ${time}`);
      count.passed += 1;
      lines.push(`${green("passed ")} ${name} (${time})`);
    } else {
      say(`${red("FAILED")} after ${time}`);
      count.failed += 1;
      lines.push(`${red("FAILED ")} ${name} (${time})`);
    }
  }
  heading("checks");
  for (const line of lines) say(line);
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);
  return count.failed === 0 ? 0 : 1;
}

/**
 * What of the workspace can be built here. Always the same words: packages that are built together
 * share their dependencies' features, and other words would build many of them again.
 */
function everything() {
  return canHaveWindow() ? ["--workspace"] : ["--workspace", "--exclude", WINDOW];
}

function canHaveWindow() {
  if (process.platform !== "linux") return true;
  return ask("pkg-config", ["--exists", "webkit2gtk-4.1"]) !== undefined;
}

/** @returns {Promise<Outcome>} */
async function theWindow() {
  if (!canHaveWindow()) return { skipped: "WebKitGTK is not on this machine" };
  return cargo("nextest", "run", ...everything(), "--locked", "-E", `package(${WINDOW})`);
}

/** @returns {Promise<Outcome>} */
async function theWalk() {
  const browser = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(browser)) return { skipped: `no ${browser}` };
  const built = await thePrograms();
  const walks = ["demo", "walk", "vpn", "vpn-server", "sales", "solar"].map((name) =>
    join(root, "tests", "e2e", `${name}.test.mjs`),
  );
  const walk = ["--test", "--test-concurrency=1", ...walks];
  return built && (await run(process.execPath, walk)) === 0;
}

/** @returns {Promise<Outcome>} */
async function theMlflow() {
  const python = await needMlflow();
  if (!python) return { skipped: "MLflow can't be had from PyPI here" };
  if (!(await thePrograms())) return false;
  const name = process.platform === "win32" ? "puente.exe" : "puente";
  const script = join(root, "scripts", "forecast", "mlflow_try.py");
  const program = join(targetFolder(), "debug", name);
  return (await run(python, [script, program, "--auth"])) === 0;
}

/** What the walk and MLflow run: always the same words, see {@link everything}. */
function thePrograms() {
  const programs = ["--bin", "puente", "--example", "erp", "--example", "serve_clouds"];
  programs.push("--example", "sqlserver");
  return cargo("build", ...everything(), "--locked", ...programs);
}

/** @param {string[]} args */
async function cargo(...args) {
  return (await run("cargo", args)) === 0;
}

/**
 * A tool of node_modules.
 * @param {string} path
 * @param {string[]} args
 */
async function tool(path, ...args) {
  return (await run(process.execPath, [join(root, "node_modules", path), ...args])) === 0;
}

/** @param {string[]} what */
function deny(...what) {
  return cargo("deny", "--locked", "check", "--hide-inclusion-graph", ...what);
}

/** @returns {Promise<Outcome>} */
async function advisories() {
  const timeout = 60_000;
  if (ask("cargo", ["deny", "--locked", "fetch", "db"], { timeout }) === undefined) {
    return { skipped: "the database of advisories can't be reached from this network" };
  }
  return deny("advisories");
}
