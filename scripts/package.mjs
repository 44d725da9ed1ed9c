// npm run package: the installers of this system, in target/release/bundle. On Debian and Ubuntu two
// packages for apt, one with the window and one with the terminal's program alone; what else follows `--`
// goes to the bundler: npm run package -- --bundles rpm

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ofTerminal, pressed } from "./lib/deb.mjs";
import { byHand, hasApt, install, missingOf, WINDOW } from "./lib/debian.mjs";
import { root, run } from "./lib/process.mjs";
import { needRust } from "./lib/rust.mjs";
import { heading, main, Stop, say } from "./lib/terminal.mjs";
import { needInterface, needNodeModules } from "./lib/ui.mjs";

await main(async () => {
  const words = process.argv.slice(2);
  needRust();
  const missing = hasApt() ? missingOf(WINDOW) : [];
  if (missing.length > 0 && !(await install(missing))) throw new Stop(byHand(missing));
  if (!(await needNodeModules("the interface and the bundler")) || !(await needInterface())) {
    throw new Stop("The interface could not be built.");
  }
  const isPlain = words.length === 0 && hasApt();
  heading("building Puente");
  const parts = ["puente-desktop"];
  if (process.platform === "linux") parts.push("puente-tunnel");
  if (isPlain) parts.push("puente-cli");
  const named = parts.flatMap((part) => ["-p", part]);
  if ((await run("cargo", ["build", "--release", "--locked", ...named])) !== 0) {
    throw new Stop("Puente could not be built.");
  }
  heading(isPlain ? "the packages" : "the installer");
  const bundler = join(root, "node_modules", "@tauri-apps", "cli", "tauri.js");
  const kinds = isPlain ? ["--bundles", "deb"] : words;
  const bundled = await run(process.execPath, [bundler, "bundle", ...kinds]);
  return bundled === 0 && isPlain ? packages() : bundled;
});

async function packages() {
  const built = join(root, "target", "release");
  const folder = join(built, "bundle", "deb");
  const window = readdirSync(folder).filter((name) => /^Puente_.*\.deb$/.test(name));
  for (const file of window.map((name) => join(folder, name))) {
    if (!(await pressed(file))) return 1;
    told(file);
  }
  const terminal = await ofTerminal(join(built, "puente"), folder);
  if (!terminal) return 1;
  told(terminal);
  return 0;
}

/** @param {string} file */
function told(file) {
  say(`${file}: ${(statSync(file).size / 1024 / 1024).toFixed(1)} MiB`);
}
