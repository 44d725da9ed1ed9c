// npm start: installs what is missing, builds Puente, and opens its window; where there is no display,
// it shows the main job on sample data in the terminal instead. So does npm start -- --terminal.
// What else follows `--` goes to the program: npm start -- --lang en

import { join } from "node:path";
import { byHand, hasApt, install, missingOf, PACKAGES, WINDOW } from "./lib/debian.mjs";
import { ask, root, run } from "./lib/process.mjs";
import { needRust, targetFolder } from "./lib/rust.mjs";
import { duration, heading, main, Stop, say, warn } from "./lib/terminal.mjs";
import { needInterface, needNodeModules } from "./lib/ui.mjs";

const given = process.argv.slice(2);
const rest = given.filter((word) => word !== "--terminal");
const english = /--lang[= ]en/.test(given.join(" ")) || process.env.PUENTE_LANG === "en";

await main(async () => {
  needRust();
  if (given.includes("--terminal")) return inTerminal();
  if (!hasDisplay()) {
    warn(
      text(
        "No hay pantalla: la ventana no se puede mostrar. Sigue la demostración en la terminal.",
        "There is no display: the window can't be shown. The demo follows in the terminal.",
      ),
    );
    return inTerminal();
  }
  if (!(await needWindow())) return inTerminal();
  return inWindow();
});

async function inWindow() {
  await build("puente-desktop");
  const env = { ...process.env, ...(english ? { PUENTE_LANG: "en" } : {}) };
  const own = rest.filter((word) => !/^(--lang.*|en|es)$/.test(word));
  return run(program("puente-desktop"), own, { env });
}

async function inTerminal() {
  await needPackages();
  await build("puente-cli");
  return run(program("puente"), ["demo", ...rest]);
}

/** On Linux a window needs X11 or Wayland; elsewhere whoever has a terminal has a screen. */
function hasDisplay() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** What the window needs; without it, the reason is said and the terminal follows. */
async function needWindow() {
  await needPackages(WINDOW);
  if (process.platform === "linux" && !ask("pkg-config", ["--modversion", "webkit2gtk-4.1"])) {
    warn(
      text(
        "Falta WebKitGTK 4.1, que dibuja la ventana. Sigue la demostración en la terminal.",
        "WebKitGTK 4.1, which draws the window, is missing. The demo follows in the terminal.",
      ),
    );
    return false;
  }
  heading(text("Se construye la interfaz", "Building the interface"));
  const why = text("lo que la interfaz usa", "what the interface uses");
  if ((await needNodeModules(why)) && (await needInterface())) return true;
  throw new Stop(text("La interfaz no se pudo construir.", "The interface could not be built."));
}

/** @param {import("./lib/debian.mjs").Package[]} more */
async function needPackages(more = []) {
  const { compiler, firebird, firebirdTools } = PACKAGES;
  if (!hasApt()) {
    heading(text("Lo que Puente necesita en este equipo", "What Puente needs on this machine"));
    say(whereThereIsNoApt());
    return;
  }
  const missing = missingOf([compiler, firebird, firebirdTools, ...more]);
  if (missing.length === 0) return;
  heading(text("Se instala lo que falta", "Installing what is missing"));
  for (const { name, why } of missing) say(`${name}: ${text(why.es, why.en)}`);
  await install(missing);
  const left = missingOf(missing);
  if (left.includes(compiler)) {
    throw new Stop(text("No se pudo instalar: ", "Could not be installed: ") + byHand([compiler]));
  }
  if (left.includes(firebird) || left.includes(firebirdTools)) {
    warn(
      text(
        `No se pudo instalar Firebird: la demostración usará archivos. Más tarde: ${byHand(left)}`,
        `Firebird could not be installed: the demo will use files. Later: ${byHand(left)}`,
      ),
    );
  }
}

/** @param {string} name a package of the workspace */
async function build(name) {
  heading(
    text(
      "Se construye Puente (la primera vez tarda unos minutos)",
      "Building Puente (the first time takes some minutes)",
    ),
  );
  const begun = Date.now();
  if ((await run("cargo", ["build", "--release", "--locked", "-p", name])) !== 0) {
    throw new Stop(text("Puente no se pudo construir.", "Puente could not be built."));
  }
  say(duration(Date.now() - begun));
}

function whereThereIsNoApt() {
  if (process.platform === "win32") {
    return text(
      "WebView2, que viene con Windows. Sin Firebird 3.0 la demostración usa archivos.",
      "WebView2, which comes with Windows. Without Firebird 3.0 the demo uses files.",
    );
  }
  return text(
    "Un compilador de C, en Linux WebKitGTK 4.1 y, para la demostración completa, Firebird 3.0.",
    "A C compiler, on Linux WebKitGTK 4.1 and, for the whole demo, Firebird 3.0.",
  );
}

/** @param {string} name */
function program(name) {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return join(targetFolder() ?? join(root, "target"), "release", file);
}

/** @param {string} es @param {string} en */
function text(es, en) {
  return english ? en : es;
}
