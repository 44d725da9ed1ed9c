// npm run proof:fuzz: every property test with many cases, from a seed that it prints.
// PROPTEST_CASES says how many (5,000 when it says nothing), PROPTEST_RNG_SEED repeats a run.

import { run } from "./lib/process.mjs";
import { seeded } from "./lib/seed.mjs";
import { main } from "./lib/terminal.mjs";

/** The crates that have property tests, and where in them. */
const CRATES = ["core", "store", "jobs", "warehouse", "databases", "erp", "vpn"];
const WHERE = "kind(lib) or (package(puente-warehouse) and test(/^(random|pages)::/))";

await main(() => {
  const env = { PROPTEST_CASES: "5000", ...seeded() };
  const crates = CRATES.flatMap((name) => ["-p", `puente-${name}`]);
  const args = ["nextest", "run", "--profile", "proof", "--locked", ...crates, "-E", WHERE];
  return run("cargo", args, { env });
});
