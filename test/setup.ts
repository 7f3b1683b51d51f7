import fc from "fast-check";
import { afterEach } from "vitest";
import { listenersLeft } from "./listeners.ts";

// Under `npx vitest` or `npm test` the command line would tell everybody to write npx too.
delete process.env["npm_lifecycle_event"];

/** How many cases a property test tries; FC_RUNS in the environment changes it. */
const DEFAULT_RUNS = 100;

const numRuns = Number(process.env["FC_RUNS"] ?? DEFAULT_RUNS);
if (!Number.isSafeInteger(numRuns) || numRuns < 1) {
  throw new Error(`FC_RUNS is "${process.env["FC_RUNS"]}"; give a whole number from 1.`);
}
const seed = Number(process.env["FC_SEED"]);
if (!Number.isSafeInteger(seed)) {
  throw new Error(`FC_SEED is "${process.env["FC_SEED"]}"; give a whole number, or "random".`);
}
fc.configureGlobal({ numRuns, seed });

// A listener that the library leaves on a caller's signal is a leak in every long-lived process.
afterEach(() => {
  const left = listenersLeft();
  if (left.length > 0) throw new Error(`Listeners were left on signals:\n${left.join("\n")}`);
});
