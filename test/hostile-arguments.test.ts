// Types say what is to be handed in; JavaScript hands in anything. Whatever it is, it is taken, or refused with a QuorateError.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as aiSdk from "../src/ai-sdk/index.ts";
import * as acp from "../src/acp/index.ts";
import * as peers from "../src/a2a/index.ts";
import * as command from "../src/command/index.ts";
import * as audit from "../src/audit/index.ts";
import * as frameworks from "../src/frameworks/index.ts";
import * as endpoints from "../src/http/index.ts";
import * as core from "../src/index.ts";
import * as learning from "../src/learning/index.ts";
import * as alike from "../src/similar/index.ts";
import * as tracing from "../src/otel/index.ts";
import * as reports from "../src/report/index.ts";
import * as sqlite from "../src/sqlite/index.ts";
import * as testing from "../src/testing/index.ts";
import { HOSTILE } from "./check/hostile.ts";

type Call = (...given: unknown[]) => unknown;

const { agent, memory, supervisor } = core;
const opened: { close(): unknown }[] = [];
const backend = () => memory({ resumable: true });
const store = () => backend().store;
const a = () => agent({ name: "a", run: () => 1 });
const team = () => supervisor({ name: "team", agents: { a: a() }, backend: backend() });
const ran = { stdout: "{}", stderr: "", exitCode: 0, cwd: "." };
const tape = join(mkdtempSync(join(tmpdir(), "hostile-")), "tape.jsonl");
writeFileSync(tape, "");
const decision = { subject: "task", winner: "x", why: "" };

/** What each takes, so that one of them after another can be replaced. */
const TAKES: Readonly<Record<string, () => readonly unknown[]>> = {
  addBills: () => [[]],
  agent: () => [{ name: "a", run: () => 1 }],
  auditJudges: () => [[], {}],
  billOf: () => [[], []],
  budgets: () => [backend()],
  conflictsOf: () => [[]],
  decide: () => [backend(), "r", decision],
  embeddedExecutor: () => [new Map()],
  equal: () => [],
  findConflicts: () => [[], {}],
  htmlPage: () => [[], {}],
  human: () => [{}],
  isSupervisor: () => [team()],
  isWorker: () => [a()],
  judge: () => [{ ask: () => "A" }],
  lane: () => [{ name: "lane" }],
  learn: () => [[], []],
  learnFindings: () => [[]],
  learnedSupport: () => [{}],
  learning: () => [{}],
  learnedFrom: () => [backend(), "team", {}],
  memory: () => [{}],
  memoryStore: () => [{}],
  oneOf: () => [["a"], {}],
  openQuestions: () => [[]],
  prefer: () => [["a"]],
  QuorateError: () => ["TIMEOUT", "slow", {}],
  recordTruth: () => [backend(), "r", "task", "x", {}],
  recordTruths: () => [backend(), [{ runId: "r", subject: "task", truth: "x" }]],
  recordedTruths: () => [backend(), {}],
  reliability: () => [{}],
  rerun: () => [{}],
  settle: () => [[], {}],
  similar: () => [{}],
  supervisor: () => [{ name: "team", agents: { a: a() } }],
  support: () => [{}],
  unanimous: () => [{}],
  vote: () => [{}],
  within: () => [{ by: 1 }],
  sqlite: () => [{ path: ":memory:" }],
  sqliteStore: () => [{ path: ":memory:" }],
  cancel: () => [backend(), "r", "why"],
  deadRuns: () => [backend()],
  retry: () => [backend(), "r"],
  a2aAgent: () => [{ url: "https://agents.example/" }],
  acpAgent: () => [{ command: "x" }],
  claude: () => [{}],
  claudeAcp: () => [{}],
  codex: () => [{}],
  codexAcp: () => [{}],
  commandAgent: () => [{ command: "x" }],
  exitCode: () => [{ 0: "ship" }],
  gemini: () => [{}],
  frameworkAgent: () => [{ invoke() {} }, { name: "a" }],
  httpAgent: () => [{ url: "https://agents.example/" }],
  geminiAcp: () => [{}],
  json: () => [ran],
  junit: () => [{ ...ran, stdout: "<testsuites/>" }],
  lastJson: () => [ran],
  opencode: () => [{}],
  opencodeAcp: () => [{}],
  otel: () => [{}],
  sarif: () => [{ ...ran, stdout: '{"runs":[]}' }],
  text: () => [ran],
  embed: () => ["m"],
  fromAgent: () => [{ version: "agent-v1", generate() {} }, { name: "a" }],
  modelAgent: () => [{ name: "a", model: "m" }],
  modelJudge: () => [{ model: "m" }],
  modelJudgeAgent: () => [{ model: "m" }],
  modelRouter: () => [{ model: "m", agents: {} }],
  executorContract: () => [() => ({})],
  farExecutor: () => [tape],
  farWorker: () => [[]],
  limiters: () => [backend()],
  limiterContract: () => [() => ({})],
  agentContract: () => ["it", () => ({}), ["usage"]],
  codingAgentContract: () => ["it", () => ({})],
  record: () => [join(tmpdir(), "quorate-hostile.jsonl"), a(), {}],
  replay: () => [tape, a(), {}],
  scripted: () => ["a", [], {}],
  render: () => [reports.report([]), "md"],
  report: () => [[]],
  storeContract: () => [store, { open: store }],
  virtualClock: () => [{}],
};

/** What came of a call that is no answer and no QuorateError. */
async function faultOf(call: () => unknown): Promise<string | undefined> {
  try {
    const answer = call();
    if (answer === undefined || answer === null || typeof answer !== "object") return undefined;
    if ("close" in answer) opened.push(answer as { close(): unknown });
    // A stream, or the outcomes of many runs.
    if (Symbol.asyncIterator in answer) {
      for await (const _first of answer as AsyncIterable<unknown>) break;
    }
    await answer;
    return undefined;
  } catch (error) {
    return error instanceof core.QuorateError ? undefined : String(error);
  }
}

/** Calls a function with each of what it takes replaced by each of what is hostile. */
async function faultsOf(
  takes: () => readonly unknown[],
  call: (given: readonly unknown[]) => unknown,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const position of takes().keys()) {
    for (const [index, hostile] of HOSTILE.entries()) {
      const given = takes().with(position, hostile());
      const fault = await faultOf(() => call(given));
      if (fault !== undefined) faults.push(`argument ${position}, hostile ${index}: ${fault}`);
    }
  }
  return faults;
}

afterAll(async () => {
  for (const one of opened) await one.close();
});

it.each([[{}], [{ calls: 1, spent: null }], [new Error("no bill")]])(
  "a sum of bills is refused where one of them is none: %j",
  (one) => {
    expect(() => core.addBills([one as never])).toThrow(core.QuorateError);
  },
);

it.each([
  ["billOf", core.billOf],
  ["openQuestions", core.openQuestions],
  ["auditJudges", audit.auditJudges],
] as const)("%s refuses a promise among the events, and listens to it", (_, read) => {
  const late = Promise.reject(new Error("nobody listens"));
  expect(() => read([late as never])).toThrow("is given a list whose item 0 is a promise");
});

const exported = [
  core,
  learning,
  audit,
  alike,
  sqlite,
  testing,
  aiSdk,
  acp,
  command,
  endpoints,
  peers,
  frameworks,
  reports,
  tracing,
].flatMap((entry) =>
  Object.entries(entry as Readonly<Record<string, unknown>>).filter(
    ([, value]) => typeof value === "function",
  ),
);

describe("an exported function that is handed in anything", () => {
  it("is one that is tried here", () => {
    expect(exported.map(([name]) => name).toSorted()).toEqual(Object.keys(TAKES).toSorted());
  });

  it.each(exported)("%s takes it, or refuses it with a QuorateError", async (name, made) => {
    const isClass = name === "QuorateError";
    const faults = await faultsOf(TAKES[name] ?? (() => []), (given) =>
      isClass ? Reflect.construct(made as Call, given) : (made as Call)(...given),
    );
    expect(faults).toEqual([]);
  });
});

function opening<S extends { close(): unknown }>(open: () => S): () => S {
  return () => {
    const made = open();
    opened.push(made);
    return made;
  };
}

const STORES = [
  ["a store in memory", opening(store)],
  ["a store in SQLite", opening(() => sqlite.sqlite({ path: ":memory:" }).store)],
] as const;

const METHODS: Readonly<Record<string, readonly [() => object, object]>> = {
  "a supervisor": [
    team,
    {
      run: () => [1, {}],
      stream: () => [1, {}],
      resume: () => ["r", {}],
      resumeStream: () => ["r", {}],
      enqueue: () => [1, {}],
      resumeAll: () => [{}],
      keepResuming: () => [{}],
      fork: () => ["r", {}],
      forkStream: () => ["r", {}],
      decide: () => ["r", decision, {}],
      decideStream: () => ["r", decision, {}],
      plan: () => [1, {}],
      runMany: () => [[1], {}],
    },
  ],
  ...Object.fromEntries(
    STORES.flatMap(([name, open]) => [
      [
        `the values of ${name}`,
        [
          () => open().values,
          {
            get: () => ["key"],
            list: () => ["", {}],
          },
        ],
      ],
      [
        name,
        [
          open,
          {
            append: () => [[], 1],
            read: () => ["r", 0],
            run: () => ["r"],
            runs: () => [10],
            take: () => ["r"],
            release: () => ["r", 1],
            prune: () => [0],
          },
        ],
      ],
    ]),
  ),
};

const methods = Object.entries(METHODS).flatMap(([owner, [make, takes]]) =>
  Object.entries(takes).map(([name, given]) => ({
    owner,
    name,
    make,
    takes: given as () => readonly unknown[],
  })),
);

describe("a method that is handed in anything", () => {
  it.each(methods)("$name of $owner takes it, or refuses it with a QuorateError", async (tried) => {
    const { make, name, takes } = tried;
    const faults = await faultsOf(takes, (given) =>
      (make() as Readonly<Record<string, Call>>)[name]?.(...given),
    );
    expect(faults).toEqual([]);
  });
});

it.each(STORES)(
  "%s says what was wrong with a call, and not that the store failed",
  async (_, open) => {
    const { read, values } = open();
    const refusal = async (call: () => unknown) => {
      const error: unknown = await (async () => call())().catch((thrown: unknown) => thrown);
      return error instanceof core.QuorateError ? `${error.code} ${error.message}` : error;
    };
    const make = undefined as never;
    expect([
      await refusal(() => read(undefined as never)),
      await refusal(() => values.change("key", make)),
      await refusal(() => values.changeAll(["key"], make)),
    ]).toEqual([
      "BAD_OPTIONS read: runId is missing; give a text",
      "BAD_OPTIONS change: make is missing; use (value) => the new one",
      "BAD_OPTIONS change: make is missing; use (value) => the new one",
    ]);
  },
);

it.each([
  ["agent", () => command.commandAgent({ name: "a", command: "x", arg: [] } as never), "args"],
  ["agent", () => command.claude({ name: "a", tool: "read" } as never), "tools"],
  ["agent", () => command.claude({ name: "a", logn: "key" } as never), "login"],
  ["agent", () => aiSdk.modelAgent({ name: "a", model: "m", tool: {} } as never), "tools"],
  ["resolver", () => aiSdk.modelJudge({ model: "m", maxEvidenc: 1 } as never), "maxEvidence"],
  ["router", () => aiSdk.modelRouter({ model: "m", agents: {}, timeout: 1 } as never), "timeoutMs"],
])(
  "of an unknown option of an %s of another kind the nearest of its own is named",
  (_, make, near) => {
    expect(make).toThrow(`did you mean ${near}?`);
  },
);

it.each([
  [() => sqlite.sqlite("quorate.db" as never), 'sqlite is given "quorate.db"; use { path }'],
  [() => sqlite.sqlite(undefined as never), "sqlite is given undefined; use { path }"],
  [() => core.vote(1 as never), "vote is given 1; give it an object with weights, margin, quorum"],
])("what is no bag of options is refused with what to give: %s", (make, why) => {
  expect(make).toThrow(why);
});

describe("an option of a run that is anything", () => {
  const options = ["signal", "store", "route", "mode", "runId", "budget", "cache", "concurrency"];
  it.each([...options, "timeoutMs", "graceMs", "retries", "backoff", "maxBytes", "deadlineMs"])(
    "%s is taken, or refused with a QuorateError",
    async (option) => {
      const takes = () => [1, { [option]: undefined }];
      const faults: string[] = [];
      for (const [index, hostile] of HOSTILE.entries()) {
        const [task] = takes();
        const fault = await faultOf(() => team().run(task, { [option]: hostile() } as never));
        if (fault !== undefined) faults.push(`hostile ${index}: ${fault}`);
      }
      expect(faults).toEqual([]);
    },
  );

  it("is refused as no signal, whatever else it is", async () => {
    for (const signal of [null, 1, "x", {}, new AbortController()]) {
      await expect(team().run(1, { signal } as never)).rejects.toMatchObject({
        code: "BAD_OPTIONS",
        message: expect.stringContaining("signal"),
      });
    }
  });
});
