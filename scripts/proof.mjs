// npm run proof:NAME: a long proof, with what it needs set here, so that it runs in any shell.
// What is set already wins: PROPTEST_CASES=100 npm run proof:fuzz

import { run } from "./lib/process.mjs";
import { seeded } from "./lib/seed.mjs";
import { main, Stop } from "./lib/terminal.mjs";

/** The crates that have property tests. */
const FUZZED = ["core", "store", "jobs", "warehouse", "databases", "erp", "vpn"];

/**
 * @typedef {{
 *   crates: string[],
 *   tests: string,
 *   set?: Record<string, string>,
 *   first?: [string, string[]],
 * }} Proof `tests` in nextest's words; `first` is a program that has to end well before
 */

/** @type {Record<string, Proof>} */
const PROOFS = {
  // Every property test with many cases, from a seed that it prints. PROPTEST_RNG_SEED repeats a run.
  fuzz: {
    crates: FUZZED,
    tests: "kind(lib) or (package(puente-warehouse) and test(/^(random|pages)::/))",
    set: { PROPTEST_CASES: "5000" },
  },
  kills: { crates: ["cli"], tests: "test(/^kills::/)", set: { PUENTE_KILLS: "200" } },
  sales: { crates: ["sales"], tests: "test(/^kill::a_kill/)", set: { PUENTE_PROOF_RUNS: "200" } },
  solar: {
    crates: ["sales"],
    tests: "test(/^solar_kill::a_kill/)",
    set: { PUENTE_PROOF_RUNS: "200" },
  },
  pysqlbridge: {
    crates: ["databases"],
    tests: "test(/^pysqlbridge/)",
    set: { PUENTE_PROOF_ROWS: "20000" },
    first: ["bash", ["scripts/tds-peers.sh"]],
  },
};

await main(async () => {
  const [name = "", ...words] = process.argv.slice(2);
  const proof = PROOFS[name];
  if (!proof) throw new Stop(`npm run proof:${Object.keys(PROOFS).join(" | proof:")}`);
  const before = proof.first ? await run(...proof.first) : 0;
  if (before !== 0) return before;
  const crates = proof.crates.flatMap((crate) => ["-p", `puente-${crate}`]);
  const args = ["nextest", "run", "--profile", "proof", "--locked", ...crates, "-E", proof.tests];
  return run("cargo", [...args, ...words], { env: seeded({ ...proof.set, ...process.env }) });
});
