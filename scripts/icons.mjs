// Makes the icons of every system from icons/puente.svg: node scripts/icons.mjs
// Only needed after the drawing has changed; needs rsvg-convert (librsvg2-bin).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./lib/process.mjs";

const folder = join(root, "icons");
const scratch = mkdtempSync(join(tmpdir(), "puente-icons-"));

try {
  for (const size of [32, 128, 256, 512]) writeFileSync(join(folder, `${size}.png`), png(size));
  writeFileSync(join(folder, "puente.ico"), ico([16, 24, 32, 48, 64, 256]));
  writeFileSync(join(folder, "puente.icns"), icns());
} finally {
  rmSync(scratch, { recursive: true });
}

/** @param {number} size */
function png(size) {
  const file = join(scratch, `${size}.png`);
  const drawing = join(folder, "puente.svg");
  execFileSync("rsvg-convert", ["-w", `${size}`, "-h", `${size}`, "-o", file, drawing]);
  return readFileSync(file);
}

/**
 * Windows: a table of pictures, each a PNG, which Windows reads since Vista.
 * @param {number[]} sizes
 */
function ico(sizes) {
  const pictures = sizes.map(png);
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let at = head.length;
  sizes.forEach((size, index) => {
    const picture = pictures[index] ?? Buffer.alloc(0);
    const entry = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(picture.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += picture.length;
  });
  return Buffer.concat([head, ...pictures]);
}

/** macOS: pieces by a name of four letters for each size. */
function icns() {
  /** @type {[string, number][]} */
  const pieces = [
    ["icp4", 16],
    ["icp5", 32],
    ["ic07", 128],
    ["ic08", 256],
    ["ic09", 512],
    ["ic10", 1024],
  ];
  const written = pieces.map(([name, size]) => {
    const picture = png(size);
    const head = Buffer.alloc(8);
    head.write(name, "ascii");
    head.writeUInt32BE(picture.length + 8, 4);
    return Buffer.concat([head, picture]);
  });
  const head = Buffer.alloc(8);
  head.write("icns", "ascii");
  head.writeUInt32BE(8 + written.reduce((sum, piece) => sum + piece.length, 0), 4);
  return Buffer.concat([head, ...written]);
}
