import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

/** What property tests draw their cases from unless FC_SEED says otherwise, so that `npm test` never passes or fails by luck. */
const SEED = 20_261_122;

const { FC_SEED: given = String(SEED) } = process.env;
const seed = given === "random" ? String(Math.floor(Math.random() * 2 ** 31)) : given;
if (given === "random") console.log(`Property tests draw from FC_SEED=${seed}.`);

/** Processes that are killed, stopped or waited for, one after another: `npm run test:long` alone takes the time for them. */
const LONG_ONLY = [
  "test/a2a/killed-anywhere.test.ts",
  "test/acp/acp-answers.test.ts",
  "test/acp/presets.test.ts",
  "test/ai-sdk/batch-contract.test.ts",
  "test/ai-sdk/batch-killed.test.ts",
  "test/bench/programs.test.ts",
  "test/cli/strays.test.ts",
  "test/command/contract-kinds.test.ts",
  "test/command/presets.test.ts",
  "test/command/processes.test.ts",
  "test/durable/failing-store.test.ts",
  "test/durable/killed.test.ts",
  "test/escape/escape.test.ts",
  "test/executor/far.test.ts",
  "test/mcp/contract-stdio.test.ts",
  "test/postgres/drain.test.ts",
  "test/postgres/elsewhere.test.ts",
  "test/postgres/full-disk.test.ts",
  "test/postgres/laws.test.ts",
  "test/postgres/permits.test.ts",
  "test/postgres/processes.test.ts",
  "test/postgres/tenants.test.ts",
  "test/postgres/troubles.test.ts",
  "test/sqlite/damage.test.ts",
  "test/sqlite/owning-processes.test.ts",
];

/** Laws that `npm run test:long` tries with more cases than `npm test`. */
const LAWS = [
  "test/call/cache-law.test.ts",
  "test/durable/{forked,redact-law,resumed}.test.ts",
  "test/learning/statistics/laws.test.ts",
  "test/limits/limits-together.test.ts",
  "test/money/**/*.test.ts",
  "test/panel/laws.test.ts",
  "test/sqlite/{checkpoints,kills}.test.ts",
  "test/team/panel-law.test.ts",
];

/**
 * Rooms whose tests start no process and keep nothing beyond their own objects: their files share a worker, which saves a third of their
 * time. Every other file has a worker of its own.
 */
const TOGETHER =
  "test/{answers,async,call,check,conflict,describe,durable,learning,limits,model,money,panel,prompt,report,resolve,retry,run,store,team}/**/*.test.ts";

/** But for those of these files that count or hear what the whole process does: its timers, its warnings, its work (operations.ts). */
const ALONE = [
  "test/async/deadlines.test.ts",
  "test/call/{batch-money,process}.test.ts",
  "test/durable/dead.test.ts",
  "test/learning/statistics/scale.test.ts",
  "test/limits/{concurrency,queue}.test.ts",
  "test/model/thrown-work.test.ts",
  "test/money/{bill,everything,plan}.test.ts",
  "test/run/{listeners,many-teams,resume-all,stream}.test.ts",
  "test/store/query-work.test.ts",
];

/** Tests with a command of their own: `npm run test:runtimes`, `npm run test:peers`, `npm run test:browser`. */
const OTHER_COMMANDS = ["test/runtimes/**", "test/peers/**", "test/browser/**"];

const { LONG } = process.env;
const all = LONG === undefined ? ["test/**/*.test.ts"] : [...LONG_ONLY, ...LAWS];
const exclude = LONG === undefined ? [...OTHER_COMMANDS, ...LONG_ONLY] : OTHER_COMMANDS;

export default defineConfig({
  test: {
    projects:
      LONG === undefined
        ? [
            project("together", {
              include: [TOGETHER],
              exclude: [...exclude, ...ALONE],
              isolate: false,
            }),
            project("apart", { include: all, exclude: [...exclude, TOGETHER] }),
            project("alone", { include: ALONE, exclude }),
          ]
        : [project("long", { include: all, exclude })],
    globalSetup: ["test/prepared.ts", "test/temp-root.ts"],
    maxWorkers: 2,
  },
});

function project(name: string, test: NonNullable<TestProjectInlineConfiguration["test"]>) {
  return {
    test: {
      name,
      setupFiles: ["test/setup.ts"],
      env: { FC_SEED: seed, ...(test.isolate === false && { SHARED_WORKER: "yes" }) },
      // Tests take fake time: what takes longer than this hangs, also on a machine that has much else to do.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 60_000 } },
      ...test,
    },
  };
}
