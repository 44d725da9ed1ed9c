// npm run bench:extract: extraction side by side with a C program, hand-written Python and dlt.
// Installs what that needs, builds it, and starts crates/erp/benches/extract.py with what follows
// `--`: npm run bench:extract -- --rows 1000000 --runs 3

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { byHand, hasApt, install, missingOf, PACKAGES } from "./lib/debian.mjs";
import { ask, root, run } from "./lib/process.mjs";
import { needRust, targetFolder } from "./lib/rust.mjs";
import { heading, main, Stop, say, warn } from "./lib/terminal.mjs";

const BENCHES = join(root, "crates", "erp", "benches");

/** @type {import("./lib/debian.mjs").Package[]} */
const NEEDED = [
  PACKAGES.compiler,
  PACKAGES.firebird,
  PACKAGES.firebirdTools,
  {
    name: "firebird-dev",
    why: {
      es: "ibase.h, con el que se construye el programa en C",
      en: "ibase.h, which the C program is built with",
    },
  },
  {
    name: "python3-venv",
    why: {
      es: "un lugar propio para las bibliotecas de los programas en Python",
      en: "a place of their own for the Python peers' libraries",
    },
  },
];

await main(async () => {
  const words = process.argv.slice(2);
  if (!hasApt()) throw new Stop("The benchmark runs on Debian and Ubuntu.");
  needRust();
  heading("what the benchmark needs");
  const missing = missingOf(NEEDED);
  for (const { name, why } of missing) say(`${name}: ${why.en}`);
  if (missing.length > 0 && !(await install(missing))) {
    throw new Stop(`Could not be installed: ${byHand(missing)}`);
  }
  const target = targetFolder() ?? join(root, "target");
  const folder = join(target, "bench");
  mkdirSync(folder, { recursive: true });
  const fbfetch = await buildPeer(folder);
  const python = await needPython(folder);
  await buildPuente();
  heading("extraction, side by side");
  const program = join(BENCHES, "extract.py");
  const built = join(target, "release");
  const options = [
    ...["--folder", folder, "--fbfetch", fbfetch, "--python", python],
    ...["--puente", join(built, "puente"), "--sample", join(built, "examples", "serve_sample")],
  ];
  // Python would leave compiled files beside the sources.
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return run(python, [program, ...options, ...words], { env });
});

/** @param {string} folder */
async function buildPeer(folder) {
  const program = join(folder, "fbfetch");
  const source = join(BENCHES, "peers", "fbfetch.c");
  const code = await run("cc", ["-O2", "-Wall", "-o", program, source, "-lfbclient"]);
  if (code !== 0) throw new Stop("The C program could not be built.");
  return program;
}

/**
 * The system's Python: it is built with all optimisations, which one that a version manager has
 * built often is not (half again as slow here).
 * @param {string} folder
 */
async function needPython(folder) {
  const venv = join(folder, "venv");
  const python = join(venv, "bin", "python");
  const list = join(BENCHES, "peers", "requirements.txt");
  const system = ["/usr/bin/python3", "python3"].find((name) => ask(name, ["--version"]));
  if (!system) throw new Stop("There is no python3.");
  if (!existsSync(python) && (await run(system, ["-m", "venv", venv])) !== 0) {
    throw new Stop("A place for the Python peers could not be made.");
  }
  say("the libraries of the Python peers");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list];
  if ((await run(python, pip)) !== 0) {
    warn("Not all of them could be had: use --peers to leave those peers out.");
  }
  return python;
}

async function buildPuente() {
  heading("building Puente and the sample's server");
  for (const what of [
    ["-p", "puente-cli"],
    ["-p", "puente-erp", "--example", "serve_sample"],
  ]) {
    if ((await run("cargo", ["build", "--release", "--locked", ...what])) !== 0) {
      throw new Stop("It could not be built.");
    }
  }
}
