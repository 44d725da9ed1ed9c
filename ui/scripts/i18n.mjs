// Texts: no key is missing or unused, both languages have the same keys and places, and no component
// has a literal text.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const src = fileURLToPath(new URL("../src/", import.meta.url));
/** @type {string[]} */
const problems = [];

const es = texts("es");
const en = texts("en");
compare(es, en);

const FEATURES = new Set([...es.keys()].map((key) => key.split(".")[0]));

const SPOKEN = ["aria-label", "title", "label", "placeholder", "description", "alt"];
// What is typed, not read: it is the same in every language.
const EXAMPLES = /^(WIN1252|[\d:*, -]+|https?:\/\/\S+)$/;

/** Names of commands look like keys, and some are. */
const commands = new Set(
  [...readFileSync(join(src, "generated/commands.ts"), "utf8").matchAll(/^ {2}"([\w.]+)":/gm)].map(
    ([, name]) => name,
  ),
);

/** Keys that stand in the code, `*` for what is filled in. */
const used = new Set();
for (const file of sources()) look(file);

const plain = (/** @type {string} */ key) => key.replace(/_(one|other)$/, "");
const patterns = [...used].map((key) => new RegExp(`^${key.split("*").map(quote).join(".+")}$`));
for (const pattern of used) {
  const fits = new RegExp(`^${pattern.split("*").map(quote).join(".+")}$`);
  if (commands.has(pattern) || isJobKind(pattern)) continue;
  if (![...es.keys()].some((key) => fits.test(key) || fits.test(plain(key)))) {
    problems.push(`missing: ${pattern}`);
  }
}
for (const key of es.keys()) {
  if (!patterns.some((pattern) => pattern.test(key) || pattern.test(plain(key)))) {
    problems.push(`unused: ${key}`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${es.size} texts in es and en, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Names of kinds of jobs look like keys as well. @param {string} name */
function isJobKind(name) {
  return es.has(`common.kind.${name.replaceAll(".", "_")}`);
}

/** @param {"es" | "en"} lang */
function texts(lang) {
  /** @type {Map<string, string>} */
  const found = new Map();
  const folder = join(src, "i18n", lang);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    flatten(JSON.parse(readFileSync(join(folder, name), "utf8")), name.slice(0, -5), found);
  }
  return found;
}

/**
 * @param {Record<string, unknown>} node
 * @param {string} path
 * @param {Map<string, string>} found
 */
function flatten(node, path, found) {
  for (const [name, value] of Object.entries(node)) {
    const key = `${path}.${name}`;
    if (typeof value === "string") found.set(key, value);
    else flatten(/** @type {Record<string, unknown>} */ (value), key, found);
  }
}

/**
 * @param {Map<string, string>} es
 * @param {Map<string, string>} en
 */
function compare(es, en) {
  const places = (/** @type {string} */ text) => (text.match(/\{\{\w+\}\}/g) ?? []).sort().join();
  for (const [key, text] of es) {
    const other = en.get(key);
    if (other === undefined) problems.push(`only in es: ${key}`);
    else if (places(text) !== places(other)) problems.push(`other places in en: ${key}`);
    if (/[¡!]/.test(text)) problems.push(`exclamation: ${key}`);
  }
  for (const key of en.keys()) if (!es.has(key)) problems.push(`only in en: ${key}`);
}

function sources() {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^test\/|^generated\/|mock\//.test(name))
    .map((name) => join(src, name));
}

/** @param {string} file */
function look(file) {
  const { program, errors } = parseSync(file, readFileSync(file, "utf8"));
  const where = relative(dirname(dirname(src)), file);
  if (errors.length > 0) problems.push(`${where}: ${errors[0]?.message}`);
  walk(program, (node) => {
    if (node.type === "JSXText" && /\p{L}{2}/u.test(node.value)) {
      problems.push(`${where}: literal text “${node.value.trim()}”`);
    }
    if (node.type === "JSXAttribute") attribute(node, where);
    // A key is a text of ours wherever it stands: in `t`, in `exists`, in a table.
    if (node.type === "Literal" && typeof node.value === "string") note(node.value);
    if (node.type === "TemplateLiteral") {
      note(node.quasis.map((/** @type {any} */ part) => part.value.cooked).join("*"));
    }
  });
}

/** @param {string} text */
function note(text) {
  const [feature, ...rest] = text.split(".");
  if (rest.length > 0 && FEATURES.has(feature) && /^[\w.*]+$/.test(text)) used.add(text);
}

/**
 * @param {any} node
 * @param {string} where
 */
function attribute(node, where) {
  const value = node.value;
  if (!SPOKEN.includes(node.name.name) || value?.type !== "Literal") return;
  if (/\p{L}{2}/u.test(value.value) && !EXAMPLES.test(value.value)) {
    problems.push(`${where}: literal ${node.name.name} “${value.value}”`);
  }
}

/**
 * @param {any} node
 * @param {(node: any) => void} visit
 */
function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
  } else if (node !== null && typeof node === "object") {
    if (typeof node.type === "string") visit(node);
    for (const key of Object.keys(node)) if (key !== "parent") walk(node[key], visit);
  }
}

/** @param {string} text */
function quote(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
