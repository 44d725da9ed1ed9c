// What the scripts say, and how.

const colour = process.stdout.isTTY && !process.env.NO_COLOR;

/** @param {number} code @param {string} text */
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

/** @param {string} text */
export const green = (text) => paint(32, text);
/** @param {string} text */
export const red = (text) => paint(31, text);
/** @param {string} text */
export const yellow = (text) => paint(33, text);

/**
 * A new part of the work begins.
 * @param {string} text
 */
export function heading(text) {
  console.log(`\n${paint(1, `==> ${text}`)}`);
}

/** @param {string} text */
export function say(text) {
  console.log(`    ${text}`);
}

/**
 * Something is not as it should be, and the work goes on.
 * @param {string} text
 */
export function warn(text) {
  console.log(`    ${yellow(text)}`);
}

/**
 * `75.3 s`, `2 min 5 s`.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Ends the script with a message and no stack: something that a person has to do first. */
export class Stop extends Error {}

/**
 * Runs a script's work; its number is the exit code.
 * @param {() => Promise<number>} work
 */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(`\n${red(error.message)}`);
    process.exitCode = 1;
  }
}
