// A real MLflow server from PyPI, in a virtual environment outside the clone so that the next clone finds it.

import { homedir } from "node:os";
import { join } from "node:path";
import { ask, isProgram, run } from "./process.mjs";
import { say } from "./terminal.mjs";

const PACKAGES = ["mlflow[auth]==3.17.2", "xgboost-cpu", "pandas"];
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const venv = join(cache, "puente", "tools", "mlflow-3.17.2");
const python =
  process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

/** The Python that has MLflow; nothing where it can't be had. */
export async function needMlflow() {
  const imports = ["-c", "import mlflow, mlflow.server, xgboost, flask_wtf"];
  if (isProgram(python) && ask(python, imports) !== undefined) return python;
  say("mlflow: is told of a training (870 MB)");
  const system = ["python3", "python"].find((name) => ask(name, ["-c", "import venv, ensurepip"]));
  if (!system || (await run(system, ["-m", "venv", "--clear", venv])) !== 0) return undefined;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"];
  if ((await run(python, [...pip, ...PACKAGES])) !== 0) return undefined;
  return ask(python, imports) === undefined ? undefined : python;
}
