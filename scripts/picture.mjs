// Makes docs/images/demo.svg from what the demo really prints: node scripts/picture.mjs

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./lib/process.mjs";

const LINE = 18;
const MARGIN = 16;
const COLUMNS = 118;

const folder = mkdtempSync(join(tmpdir(), "puente-"));
try {
  const puente = join(root, "target", "release", "puente");
  const args = ["demo", "--quiet", "--keep", join(folder, "demo")];
  const printed = execFileSync(puente, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Where this machine keeps its temporary files is nobody's business.
  const lines = printed.replaceAll(folder, "~").trimEnd().split("\n");
  writeFileSync(join(root, "docs", "images", "demo.svg"), picture(lines));
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string[]} lines */
function picture(lines) {
  const height = lines.length * LINE + 2 * MARGIN;
  const width = COLUMNS * 8 + 2 * MARGIN;
  const texts = lines.map((line, at) => {
    const y = MARGIN + (at + 1) * LINE - 4;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${escaped(line.slice(0, COLUMNS))}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">
<rect width="100%" height="100%" rx="6" fill="#1b1f24"/>
<g fill="#e6e6e6">
${texts.join("\n")}
</g>
</svg>
`;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
