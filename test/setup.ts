import fc from "fast-check";

/** How many cases a property test tries; FC_RUNS in the environment changes it. */
const DEFAULT_RUNS = 100;

fc.configureGlobal({ numRuns: Number(process.env["FC_RUNS"] ?? DEFAULT_RUNS) });
