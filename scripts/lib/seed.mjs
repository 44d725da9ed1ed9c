// Chance that another run can repeat.

import { randomInt } from "node:crypto";
import { say } from "./terminal.mjs";

/**
 * The environment with a seed for everything that is left to chance: the one that it has already,
 * or a new one. Says how to have the same again.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function seeded(env = process.env) {
  const fresh = String(randomInt(2 ** 47));
  const seeds = {
    PUENTE_SEED: env.PUENTE_SEED ?? fresh,
    PROPTEST_RNG_SEED: env.PROPTEST_RNG_SEED ?? fresh,
  };
  const words = Object.entries(seeds).map(([name, value]) => `${name}=${value}`);
  say(`the same again with: ${words.join(" ")}`);
  return { ...env, ...seeds };
}
