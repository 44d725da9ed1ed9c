// Packages of Debian and Ubuntu: installed when missing, by apt-get, with sudo when not root.

import { ask, has, run } from "./process.mjs";

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {{ es: string, en: string }} why
 * @property {string} [program] where this program is, the package is not needed
 * @property {string} [service] the system service that it would start, which nobody here wants
 */

/**
 * @type {Record<
 *   | "browser"
 *   | "compiler"
 *   | "firebird"
 *   | "firebirdTools"
 *   | "freetds"
 *   | "keyring"
 *   | "dbus"
 *   | "browser"
 *   | "webkit"
 *   | "tray"
 *   | "screen"
 *   | "driver"
 *   | "pictures"
 *   | "wireguard"
 *   | "wireguardGo"
 *   | "ssh"
 *   | "network"
 *   | "sudo",
 *   Package
 * >}
 */
export const PACKAGES = {
  compiler: {
    name: "build-essential",
    why: {
      es: "el compilador de C con el que se construye SQLite",
      en: "the C compiler that SQLite is built with",
    },
    program: "cc",
  },
  firebird: {
    name: "firebird3.0-server",
    why: {
      es: "el servidor privado con los datos de ejemplo",
      en: "the private server with the sample data",
    },
    service: "firebird3.0.service",
  },
  firebirdTools: {
    name: "firebird3.0-utils",
    why: {
      es: "isql-fb, que crea las bases de ejemplo",
      en: "isql-fb, which makes the sample databases",
    },
    program: "isql-fb",
  },
  freetds: {
    name: "freetds-bin",
    why: {
      es: "tsql, un cliente ajeno con el que se comprueba el servidor de ejemplo de SQL Server",
      en: "tsql, a foreign client that the sample server of SQL Server is checked with",
    },
    program: "tsql",
  },
  keyring: {
    name: "gnome-keyring",
    why: {
      es: "el llavero en el que una prueba guarda sus secretos",
      en: "the keyring that one test stores its secrets in",
    },
    program: "gnome-keyring-daemon",
  },
  browser: {
    name: "chromium",
    why: {
      es: "el navegador en el que se recorre la interfaz",
      en: "the browser in which the interface is walked through",
    },
    program: "chromium",
  },
  dbus: {
    name: "dbus",
    why: {
      es: "dbus-run-session, en el que corre ese llavero",
      en: "dbus-run-session, in which that keyring runs",
    },
    program: "dbus-run-session",
  },
  webkit: {
    name: "libwebkit2gtk-4.1-dev",
    why: {
      es: "WebKitGTK, con el que se construye y se muestra la ventana",
      en: "WebKitGTK, which the window is built with and drawn by",
    },
  },
  tray: {
    name: "libayatana-appindicator3-1",
    why: {
      es: "el icono de la bandeja",
      en: "the icon in the tray",
    },
  },
  screen: {
    name: "xvfb",
    why: {
      es: "una pantalla virtual en la que se prueba la ventana",
      en: "a virtual screen on which the window is tested",
    },
    program: "Xvfb",
  },
  driver: {
    name: "webkit2gtk-driver",
    why: {
      es: "WebKitWebDriver, que maneja la ventana en la prueba",
      en: "WebKitWebDriver, which drives the window in its test",
    },
    program: "WebKitWebDriver",
  },
  pictures: {
    name: "imagemagick",
    why: {
      es: "import, que toma las imágenes de esa pantalla",
      en: "import, which takes the pictures of that screen",
    },
    program: "import",
  },
  wireguard: {
    name: "wireguard-tools",
    why: {
      es: "wg, con el que el laboratorio de la VPN hace de servidor",
      en: "wg, with which the lab of the VPN plays the server",
    },
    program: "wg",
  },
  wireguardGo: {
    name: "wireguard-go",
    why: {
      es: "WireGuard donde el núcleo no lo tiene",
      en: "WireGuard where the kernel has none",
    },
    program: "wireguard-go",
  },
  ssh: {
    name: "openssh-server",
    why: {
      es: "el SSH del servidor en ese laboratorio",
      en: "the server's SSH in that lab",
    },
    service: "ssh.service",
  },
  network: {
    name: "iproute2",
    why: {
      es: "ip, que tiende los cables de ese laboratorio",
      en: "ip, which lays the cables of that lab",
    },
    program: "ip",
  },
  sudo: {
    name: "sudo",
    why: {
      es: "sudo, como lo tiene el servidor de ese laboratorio",
      en: "sudo, as the server of that lab has it",
    },
    program: "sudo",
  },
};

/** What the window is built with and shown by. */
export const WINDOW = [PACKAGES.webkit, PACKAGES.tray];

/** Whether packages are installed by apt-get here. */
export function hasApt() {
  return process.platform === "linux" && has("apt-get") && has("dpkg-query");
}

/**
 * Those of the packages that are not here.
 * @param {Package[]} packages
 */
export function missingOf(packages) {
  return packages.filter(({ name, program }) => !(program ? has(program) : isInstalled(name)));
}

/**
 * Installs packages, and says whether all are here afterwards.
 * @param {Package[]} packages
 * @returns {Promise<boolean>}
 */
export async function install(packages) {
  const names = packages.map(({ name }) => name);
  const options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
  // Asked once: without it, nothing that follows would work.
  if ((await asRoot(["true"])) !== 0) return false;
  for (const { service } of packages) if (service) await keepFromStarting(service);
  // A fresh machine has no lists, an old one has lists of packages that are gone by now. Where some
  // list cannot be had, those that can are of use all the same.
  await asRoot(["apt-get", "update", "-q"]);
  await asRoot(["apt-get", "install", ...options, ...names]);
  // One that this release doesn't have keeps apt-get from installing any.
  const left = names.length > 1 ? missingOf(packages) : [];
  for (const { name } of left) await asRoot(["apt-get", "install", ...options, name]);
  return missingOf(packages).length === 0;
}

/** How a person would install them: shown when this script can't. */
export function byHand(/** @type {Package[]} */ packages) {
  return `sudo apt-get install ${packages.map(({ name }) => name).join(" ")}`;
}

/** @param {string} name */
function isInstalled(name) {
  return (
    ask("dpkg-query", ["--status", name])?.includes("\nStatus: install ok installed\n") ?? false
  );
}

/**
 * Puente runs servers of its own, as the user, on ports of their own. A service that the package
 * starts at every boot would listen to the network with nobody looking after it. Only called for
 * packages that are missing, so that an existing service is never touched.
 * @param {string} service
 */
async function keepFromStarting(service) {
  if (has("systemctl")) await asRoot(["systemctl", "mask", service]);
}

/** @param {string[]} command */
async function asRoot(command) {
  const words = ["env", "DEBIAN_FRONTEND=noninteractive", ...command];
  if (process.getuid?.() !== 0) {
    // Without a terminal nobody could type a password.
    words.unshift("sudo", ...(process.stdin.isTTY ? [] : ["-n"]));
  }
  const [program = "", ...args] = words;
  return run(program, args);
}
