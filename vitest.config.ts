import { defineConfig } from "vitest/config";

/** What property tests draw their cases from unless FC_SEED says otherwise, so that `npm test` never passes or fails by luck. */
const SEED = 20_261_122;

const { FC_SEED: given = String(SEED) } = process.env;
const seed = given === "random" ? String(Math.floor(Math.random() * 2 ** 31)) : given;
if (given === "random") console.log(`Property tests draw from FC_SEED=${seed}.`);

/** Processes that are killed, stopped or waited for, one after another: `npm run test:long` alone takes the time for them. */
const LONG_ONLY = [
  "test/ai-sdk/batch-contract.test.ts",
  "test/ai-sdk/batch-killed.test.ts",
  "test/durable/failing-store.test.ts",
  "test/durable/killed.test.ts",
  "test/escape/escape.test.ts",
  "test/postgres/drain.test.ts",
  "test/postgres/elsewhere.test.ts",
  "test/postgres/full-disk.test.ts",
  "test/postgres/laws.test.ts",
  "test/postgres/permits.test.ts",
  "test/postgres/processes.test.ts",
  "test/postgres/tenants.test.ts",
  "test/postgres/troubles.test.ts",
  "test/sqlite/damage.test.ts",
];
const { LONG } = process.env;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // npm run test:runtimes, npm run test:peers, and npm run test:browser
    exclude: [
      "test/runtimes/**",
      "test/peers/**",
      "test/browser/**",
      ...(LONG === undefined ? LONG_ONLY : []),
    ],
    setupFiles: ["test/setup.ts"],
    env: { FC_SEED: seed },
    // Tests take fake time; what takes longer than this hangs.
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
