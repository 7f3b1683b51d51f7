import fc from "fast-check";

// Under `npx vitest` the command line would tell everybody to write npx too.
if (process.env["npm_lifecycle_event"] === "npx") delete process.env["npm_lifecycle_event"];

/** How many cases a property test tries; FC_RUNS in the environment changes it. */
const DEFAULT_RUNS = 100;

const numRuns = Number(process.env["FC_RUNS"] ?? DEFAULT_RUNS);
if (!Number.isSafeInteger(numRuns) || numRuns < 1) {
  throw new Error(`FC_RUNS is "${process.env["FC_RUNS"]}"; give a whole number from 1.`);
}
fc.configureGlobal({ numRuns });
