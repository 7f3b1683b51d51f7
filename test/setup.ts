import fc from "fast-check";

// Under `npx vitest` the command line would tell everybody to write npx too.
if (process.env["npm_lifecycle_event"] === "npx") delete process.env["npm_lifecycle_event"];

/** How many cases a property test tries; FC_RUNS in the environment changes it. */
const DEFAULT_RUNS = 100;

const numRuns = Number(process.env["FC_RUNS"] ?? DEFAULT_RUNS);
if (!Number.isSafeInteger(numRuns) || numRuns < 1) {
  throw new Error(`FC_RUNS is "${process.env["FC_RUNS"]}"; give a whole number from 1.`);
}
// Cases are others in every run, unless FC_SEED says which: what has to pass before a change lands must not pass by luck.
const seed = process.env["FC_SEED"] === undefined ? undefined : Number(process.env["FC_SEED"]);
if (seed !== undefined && !Number.isSafeInteger(seed)) {
  throw new Error(`FC_SEED is "${process.env["FC_SEED"]}"; give a whole number.`);
}
fc.configureGlobal({ numRuns, ...(seed !== undefined && { seed }) });
