// npm run package: the installer of this system, in target/release/bundle. On Debian and Ubuntu a
// package for apt (deb); what else follows `--` goes to the bundler: npm run package -- --bundles rpm

import { join } from "node:path";
import { byHand, hasApt, install, missingOf, WINDOW } from "./lib/debian.mjs";
import { root, run } from "./lib/process.mjs";
import { needRust } from "./lib/rust.mjs";
import { heading, main, Stop } from "./lib/terminal.mjs";
import { needInterface, needNodeModules } from "./lib/ui.mjs";

await main(async () => {
  const words = process.argv.slice(2);
  needRust();
  const missing = hasApt() ? missingOf(WINDOW) : [];
  if (missing.length > 0 && !(await install(missing))) throw new Stop(byHand(missing));
  if (!(await needNodeModules("the interface and the bundler")) || !(await needInterface())) {
    throw new Stop("The interface could not be built.");
  }
  heading("building Puente");
  const parts = ["-p", "puente-desktop", ...(hasApt() ? ["-p", "puente-tunnel"] : [])];
  if ((await run("cargo", ["build", "--release", "--locked", ...parts])) !== 0) {
    throw new Stop("Puente could not be built.");
  }
  heading("the installer");
  const bundler = join(root, "node_modules", "@tauri-apps", "cli", "tauri.js");
  const kinds = words.length > 0 || !hasApt() ? words : ["--bundles", "deb"];
  return run(process.execPath, [bundler, "bundle", ...kinds]);
});
