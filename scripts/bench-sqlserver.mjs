// npm run bench:sqlserver: a million lines out of the stand-in of SQL Server, beside pymssql and
// connectorx. What follows `--` goes to crates/databases/benches/sqlserver.py:
// npm run bench:sqlserver -- --rows 1000000 --runs 3

import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask, root, run } from "./lib/process.mjs";
import { needRust, targetFolder } from "./lib/rust.mjs";
import { heading, main, Stop, say, warn } from "./lib/terminal.mjs";

const PEERS = ["pymssql==2.4.6", "connectorx==0.4.6", "pyarrow"];

await main(async () => {
  const words = process.argv.slice(2);
  needRust();
  const target = targetFolder() ?? join(root, "target");
  const folder = join(target, "bench");
  mkdirSync(folder, { recursive: true });
  const python = await needPython(join(folder, "venv-sqlserver"));
  heading("building the stand-in and the program that reads it");
  for (const what of [
    ["build", "--release", "--locked", "-p", "puente-sandbox", "--example", "sqlserver"],
    ["bench", "--locked", "-p", "puente-databases", "--bench", "sqlserver", "--no-run"],
  ]) {
    if ((await run("cargo", what)) !== 0) throw new Stop("It could not be built.");
  }
  heading("a million lines, side by side");
  const built = join(target, "release");
  const program = join(root, "crates", "databases", "benches", "sqlserver.py");
  const sample = join(built, "examples", "sqlserver");
  const options = ["--sample", sample, "--puente", newest(join(built, "deps"))];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return run(python, [program, ...options, ...words], { env });
});

/**
 * The bench that was built last: cargo gives it a name of its own.
 * @param {string} folder
 */
function newest(folder) {
  const built = readdirSync(folder)
    .filter((name) => /^sqlserver-[0-9a-f]+$/.test(name))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (!built) throw new Stop("The bench was not found.");
  return built;
}

/** @param {string} venv */
async function needPython(venv) {
  const python = join(venv, "bin", "python");
  const system = ["/usr/bin/python3", "python3"].find((name) => ask(name, ["--version"]));
  if (!system) throw new Stop("There is no python3.");
  if (!existsSync(python) && (await run(system, ["-m", "venv", venv])) !== 0) {
    throw new Stop("A place for the Python peers could not be made.");
  }
  say("the libraries of the Python peers");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PEERS];
  if ((await run(python, pip)) !== 0) warn("Not all of them could be had.");
  return python;
}
