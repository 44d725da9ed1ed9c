// npm start: installs what is missing, builds Puente, and shows its main job on sample data.
// What follows `--` goes to `puente demo`: npm start -- --lang en

import { join } from "node:path";
import { byHand, hasApt, install, missingOf, PACKAGES } from "./lib/debian.mjs";
import { root, run } from "./lib/process.mjs";
import { needRust, targetFolder } from "./lib/rust.mjs";
import { duration, heading, main, Stop, say, warn } from "./lib/terminal.mjs";

const demoArguments = process.argv.slice(2);
const english = /--lang[= ]en/.test(demoArguments.join(" ")) || process.env.PUENTE_LANG === "en";

await main(async () => {
  needRust();
  await needPackages();
  await build();
  return run(program(), ["demo", ...demoArguments]);
});

async function needPackages() {
  const { compiler, firebird, firebirdTools } = PACKAGES;
  if (!hasApt()) {
    heading(text("Lo que Puente necesita en este equipo", "What Puente needs on this machine"));
    say(whereThereIsNoApt());
    return;
  }
  const missing = missingOf([compiler, firebird, firebirdTools]);
  if (missing.length === 0) return;
  heading(text("Se instala lo que falta", "Installing what is missing"));
  for (const { name, why } of missing) say(`${name}: ${text(why.es, why.en)}`);
  await install(missing);
  const left = missingOf(missing);
  if (left.includes(compiler)) {
    throw new Stop(text("No se pudo instalar: ", "Could not be installed: ") + byHand([compiler]));
  }
  if (left.length > 0) {
    warn(
      text(
        `No se pudo instalar Firebird: la demostración usará archivos. Más tarde: ${byHand(left)}`,
        `Firebird could not be installed: the demo will use files. Later: ${byHand(left)}`,
      ),
    );
  }
}

async function build() {
  heading(
    text(
      "Se construye Puente (la primera vez tarda unos minutos)",
      "Building Puente (the first time takes some minutes)",
    ),
  );
  const begun = Date.now();
  if ((await run("cargo", ["build", "--release", "--locked", "-p", "puente-cli"])) !== 0) {
    throw new Stop(text("Puente no se pudo construir.", "Puente could not be built."));
  }
  say(duration(Date.now() - begun));
}

function whereThereIsNoApt() {
  if (process.platform === "win32") {
    return text(
      "Si no tiene Firebird 3.0, la demostración usa archivos. No hace falta nada más.",
      "Without Firebird 3.0 the demo uses files. Nothing else is needed.",
    );
  }
  return text(
    "Un compilador de C y, para la demostración completa, Firebird 3.0 (sin él usa archivos).",
    "A C compiler and, for the whole demo, Firebird 3.0 (without it the demo uses files).",
  );
}

function program() {
  const name = process.platform === "win32" ? "puente.exe" : "puente";
  return join(targetFolder() ?? join(root, "target"), "release", name);
}

/** @param {string} es @param {string} en */
function text(es, en) {
  return english ? en : es;
}
