// Packages of Debian, by dpkg-deb.

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ask, root, run } from "./process.mjs";

/**
 * Packs a package anew with xz: the bundler's gzip makes it half as large again.
 * @param {string} file
 */
export async function pressed(file) {
  return inFolder(async (folder) => {
    const open = await run("dpkg-deb", ["--raw-extract", file, folder]);
    return open === 0 && (await packed(folder, file));
  });
}

/**
 * The package of the terminal's program alone, for machines without a screen.
 * @param {string} program
 * @param {string} target the folder that it is written to
 * @returns {Promise<string | undefined>} the package
 */
export async function ofTerminal(program, target) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const architecture = ask("dpkg", ["--print-architecture"]) ?? "amd64";
  const file = join(target, `puente-cli_${version}_${architecture}.deb`);
  const made = await inFolder(async (folder) => {
    const place = join(folder, "usr", "bin", "puente");
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(program, place);
    chmodSync(place, 0o755);
    mkdirSync(join(folder, "DEBIAN"));
    const fields = {
      Package: "puente-cli",
      Version: version,
      Architecture: architecture,
      Maintainer: "Puente",
      "Installed-Size": String(Math.ceil(statSync(program).size / 1024)),
      Section: "office",
      Priority: "optional",
      Depends: "libc6, libgcc-s1",
      Suggests: "firebird3.0-server, puente",
      Description:
        "Puente en la terminal\n Une la contabilidad de la oficina con la nube, también donde no hay pantalla.",
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
    writeFileSync(join(folder, "DEBIAN", "control"), lines.join(""));
    return packed(folder, file);
  });
  return made ? file : undefined;
}

/**
 * @param {string} folder
 * @param {string} file
 */
async function packed(folder, file) {
  chmodSync(folder, 0o755);
  const words = ["--root-owner-group", "-Zxz", "-z6", "--build", folder, file];
  return (await run("dpkg-deb", words)) === 0;
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} work
 */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "puente-deb-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
