// npm run proof:fuzz: every property test with many cases, from a seed that it prints.
// PROPTEST_CASES says how many (5,000 when it says nothing), PROPTEST_RNG_SEED repeats a run.

import { run } from "./lib/process.mjs";
import { seeded } from "./lib/seed.mjs";
import { main } from "./lib/terminal.mjs";

/** Where the property tests are. */
const WHERE = "kind(lib) or (package(puente-warehouse) and test(/^(random|pages)::/))";

await main(() => {
  const env = { PROPTEST_CASES: "5000", ...seeded() };
  const args = ["nextest", "run", "--profile", "proof", "--workspace", "--locked", "-E", WHERE];
  return run("cargo", args, { env });
});
