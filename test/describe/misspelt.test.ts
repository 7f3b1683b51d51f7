import { describe, expect, it } from "vitest";
import {
  agent,
  decide,
  findConflicts,
  human,
  judge,
  memory,
  oneOf,
  prefer,
  rerun,
  settle,
  supervisor,
  support,
  unanimous,
  vote,
  within,
  type Json,
} from "../../src/index.ts";
import { z } from "zod";
import { similar } from "../../src/similar/index.ts";
import { auditJudges } from "../../src/audit/index.ts";
import { learn, learnedSupport, reliability } from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const a = agent({ name: "security", run: (_task: string) => ({ recommendation: "ship" }) });
const b = agent({ name: "style", run: (_task: string) => ({ recommendation: "hold" }) });
const agents = { security: a, style: b };
const plain = supervisor({ name: "plain", agents });
const one = (options: object): unknown => agent({ name: "a", run: () => 1, ...options });
const team = (options: object): unknown =>
  supervisor({ name: "team", agents, ...options } as never);

/** Every bag of options: how it is given, and what of it is misspelt. */
const BAGS: readonly (readonly [string, (wrong: object) => unknown, readonly string[]])[] = [
  ["agent", one, ["timeoutMs", "retries", "graceMs", "claims", "fallback", "version", "maxCost"]],
  ["an agent's backoff", (backoff) => one({ backoff }), ["baseMs", "maxMs", "maxRetryAfterMs"]],
  ["an agent's maxCost", (maxCost) => one({ maxCost }), ["usd", "inputTokens", "outputTokens"]],
  [
    "an agent's batch",
    (batch) => one({ batch: { run: () => [], ...batch } }),
    ["maxSize", "waitMs"],
  ],
  ["an agent's cache", (cache) => one({ version: "1", cache }), ["ttlMs", "scope"]],
  [
    "supervisor",
    team,
    ["concurrency", "required", "minAnswers", "resolve", "deadlineMs", "budget"],
  ],
  ["a supervisor's backoff", (backoff) => team({ backoff }), ["baseMs", "maxMs"]],
  ["a supervisor's asWorker", (asWorker) => team({ asWorker }), ["timeoutMs", "retries"]],
  ["a budget", (budget) => team({ budget: { usd: 1, ...budget } }), ["scope"]],
  ["a price", (price) => team({ prices: { m: price } }), ["input", "output"]],
  [
    "run",
    (options) => plain.run("x", options),
    ["signal", "runId", "timeoutMs", "budget", "route"],
  ],
  ["plan", (options) => plain.plan("x", options), ["timeoutMs", "budget", "route"]],
  ["resume", (options) => plain.resume("x", options), ["signal", "timeoutMs"]],
  ["enqueue", (options) => plain.enqueue("x", options), ["runId", "tenant", "route"]],
  ["resumeAll", (options) => plain.resumeAll(options), ["tenant", "atOnce", "backend"]],
  ["keepResuming", (options) => plain.keepResuming(options), ["everyMs", "onResumed"]],
  ["fork", (options) => plain.fork("x", options), ["from", "input", "runId"]],
  ["runMany", (options) => plain.runMany(["x"], options).next(), ["concurrency", "signal"]],
  ["unanimous", (options) => unanimous(options), ["quorum"]],
  ["vote", (options) => vote(options), ["margin", "weights", "quorum"]],
  ["support", (options) => support(options), ["atLeast"]],
  ["learnedSupport", (options) => learnedSupport(options), ["atLeast", "learned"]],
  ["human", (options) => human(options), ["withinMs", "otherwise", "name"]],
  ["rerun", (options) => rerun(options), ["tier"]],
  ["judge", (options) => judge({ ask: () => ({ choice: "" }), ...options }), ["evidence", "name"]],
  ["reliability", (options) => reliability({ labels: "fixed", ...options }), ["atLeast", "labels"]],
  ["within", (options) => within({ percent: 1, ...options }), ["absolute"]],
  ["similar", (options) => similar(options), ["threshold", "embed"]],
  [
    "a limiter",
    (options) => team({ limiters: { l: options } }),
    ["concurrency", "tokensPerMinute"],
  ],
  [
    "a limiter's breaker",
    (breaker) => team({ limiters: { l: { breaker } } }),
    ["failures", "cooldownMs"],
  ],
  ["learn", (options) => learn([], { labels: "fixed", ...options }), ["labels", "truths"]],
  ["settle", (options) => settle([], options), ["resolve", "compare", "findings", "missing"]],
  ["findConflicts", (options) => findConflicts([], options), ["compare"]],
  [
    "a decision",
    (given) =>
      decide({ store: memory().store }, "x", { subject: "task", winner: "a", why: "so", ...given }),
    ["winner", "index", "question", "team"],
  ],
  ["auditJudges", (options) => auditJudges([], options), ["authorOf"]],
  ["memory", (options) => memory(options).store, ["keepRuns", "resumable"]],
  ["sqlite", (options) => sqlite({ path: "unused", ...options }).store, ["leaseMs", "codec"]],
  [
    "a change of a value",
    (options) => memory().store.values.change("k", () => 1, options),
    ["expiresAtMs"],
  ],
  ["a list of values", (options) => memory().store.values.list("", options), ["after", "limit"]],
  ["virtualClock", (options) => virtualClock(options), ["nowMs"]],
  ["a step of scripted", (step) => scripted("s", [step as never]), ["output", "error", "afterMs"]],
];

/** How people misspell a name: a letter left out, two swapped, one too many, a wrong one, another case. */
function misspellings(name: string): readonly string[] {
  const at = Math.floor(name.length / 2);
  const wrong = [
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at - 1) + name.charAt(at) + name.charAt(at - 1) + name.slice(at + 1),
    `${name.slice(0, at)}x${name.slice(at)}`,
    `${name.slice(0, at)}x${name.slice(at + 1)}`,
    name.toUpperCase(),
  ];
  return wrong.filter((one) => one !== name);
}

async function refusal(given: () => unknown): Promise<unknown> {
  return rejection((async () => given())());
}

describe.each(BAGS)("an option of %s", (_, give, names) => {
  it.each(names)("%s is refused where it is misspelt, with what was meant", async (name) => {
    for (const wrong of misspellings(name)) {
      expect(await refusal(() => give({ [wrong]: undefined }))).toMatchObject({
        code: "BAD_OPTIONS",
        message: expect.stringMatching(
          new RegExp(`has no option "${wrong}"; did you mean ${name}\\?$`),
        ) as string,
      });
    }
  });

  it("that there is not and that is like no other is refused with a list of all", async () => {
    expect(await refusal(() => give({ qqqqqqqq: 1 }))).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(/has no option "qqqqqqqq"; there are \w+/) as string,
    });
  });
});

describe("a name that no agent of a team has is refused, with whom was meant,", () => {
  it.each([
    ["in the weights of a vote", { resolve: [vote({ weights: { secruity: 2 } })] }],
    [
      "in the weights of a vote, as a map",
      { resolve: [vote({ weights: new Map([["secruity", 2]]) })] },
    ],
    ["in required", { required: ["secruity"] }],
    ["in inputs", { inputs: { secruity: () => "x" } }],
    ["in a route", { route: ["secruity"] }],
  ])("%s", async (_, options) => {
    expect(await refusal(() => team(options))).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(/"secruity".*did you mean "security"\?$/) as string,
    });
  });

  it("in what a fork is from", async () => {
    const store = memory({ resumable: true }).store;
    const kept = supervisor({ name: "kept", agents, backend: { store } });
    await kept.run("x", { runId: "r" });
    expect(await refusal(() => kept.fork("r", { from: "secruity" }))).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(/"secruity".*did you mean "security"\?$/) as string,
    });
  });

  it("in the route of a run, and in what a route answers", async () => {
    const meant = {
      code: "BAD_ROUTE",
      message: expect.stringMatching(/did you mean "style"\?$/) as string,
    };
    expect(await refusal(() => plain.run("x", { route: ["styl"] as never }))).toMatchObject(meant);
    const routed = supervisor({ name: "routed", agents, route: () => ["styel"] as never });
    expect(await refusal(() => routed.run("x"))).toMatchObject(meant);
  });

  it("and all are listed where none is like it", async () => {
    expect(await refusal(() => team({ required: ["nobody"] }))).toMatchObject({
      message: expect.stringContaining('they are "security", "style"') as string,
    });
  });
});

describe("a tier that a team has not is refused, with which was meant,", () => {
  const tiers = { small: "mini", large: "maxi" };
  const meant = {
    code: "BAD_OPTIONS",
    message: expect.stringMatching(/the tier "smal".*did you mean "small"\?$/) as string,
  };

  it("where an agent, one that stands in, a judge or a rerun names it", async () => {
    const tiered = agent({ name: "tiered", tier: "smal", run: () => 1 });
    const covered = agent({ name: "covered", fallback: [tiered as never], run: () => 1 });
    const teams: readonly object[] = [
      { agents: { tiered } },
      { agents: { covered } },
      { resolve: [judge({ ask: tiered as never })] },
      { resolve: [rerun({ tier: "smal" })] },
    ];
    for (const options of teams) {
      const made = supervisor({ name: "team", agents, tiers, ...options } as never);
      expect(await refusal(() => made.run("x" as never))).toMatchObject(meant);
    }
  });

  it("and all are listed where none is like it", async () => {
    const made = supervisor({ name: "team", agents, tiers, resolve: [rerun({ tier: "other" })] });
    expect(await refusal(() => made.run("x"))).toMatchObject({
      message: expect.stringMatching(/it has "small", "large"$/) as string,
    });
  });
});

describe("a subject that is compared", () => {
  it("is refused where it is misspelt, and no agent can say anything about it", async () => {
    expect(await refusal(() => team({ compare: { tsak: within({ percent: 5 }) } }))).toMatchObject({
      code: "BAD_OPTIONS",
      message: expect.stringMatching(/compares "tsak".*did you mean "task"\?$/) as string,
    });
  });

  it("may be any where an agent, one that stands in, or a team in the team says what it asserts", () => {
    const compare = { price: within({ percent: 5 }) };
    const claims = () => [{ subject: "price", position: 1 }];
    const speaks = agent({ name: "speaks", claims, run: () => 1 });
    const covered = agent({ name: "covered", fallback: [speaks as never], run: () => 1 });
    const inner = supervisor({ name: "inner", agents });
    expect(() => [
      supervisor({ name: "t", agents: { speaks }, compare }),
      supervisor({ name: "t", agents: { covered }, compare }),
      supervisor({ name: "t", agents: { inner }, compare }),
      supervisor({ name: "t", agents, compare: { task: within({ percent: 5 }) } }),
    ]).not.toThrow();
  });
});

describe("a position that prefer() names", () => {
  const Review = z.object({ recommendation: z.enum(["ship", "hold"]), sure: z.boolean() });
  const reviewed = agent({
    name: "security",
    output: Review,
    run: () => ({ recommendation: "ship" as const, sure: true }),
  });
  const answers = agent({ name: "style", output: z.literal("maybe"), run: () => "maybe" as const });
  const preferring = (position: Json, options: object = {}): unknown =>
    team({
      agents: { security: reviewed, style: answers },
      resolve: [prefer(["hold", position])],
      ...options,
    });

  it("is refused where no agent's schema allows it, with the one that may be meant", async () => {
    expect(await refusal(() => preferring("hodl"))).toMatchObject({
      code: "BAD_OPTIONS",
      message:
        'supervisor "team" has prefer() with a word about "hodl", which none of its agents\' schemas allows; did you mean "hold"?',
    });
    expect(await refusal(() => preferring(1))).toMatchObject({
      message: expect.stringMatching(
        /they hold "ship", "hold", "maybe", "present", "absent"$/,
      ) as string,
    });
  });

  it("may be any that an agent, or one that stands in for it, may hold, or that is one about a finding", () => {
    const other = agent({
      name: "other",
      claims: "sure",
      output: Review,
      run: () => ({ recommendation: "ship" as const, sure: true }),
    });
    const covered = agent({
      name: "security",
      output: z.union([Review, z.object({ recommendation: z.literal("block") })]),
      fallback: [other as never],
      run: () => ({ recommendation: "block" as const }),
    });
    for (const position of ["SHIP ", "block", true, "absent"]) {
      const agents = { security: covered };
      expect(() => preferring(position, { agents })).not.toThrow();
    }
  });

  it("may be any where an agent, a comparison or a team in the team may hold what no schema lists", () => {
    const free = z.object({ recommendation: z.string() });
    const words = { recommendation: "hold" };
    const made = z.enum(["ship"]).transform((word) => ({ recommendation: `${word}ped` }));
    const some: Record<string, unknown>[] = [
      { style: b },
      { style: agent({ name: "style", output: free, run: () => words }) },
      { style: agent({ name: "style", output: made, run: () => "ship" as const }) },
      { style: agent({ name: "style", output: free, claims: () => [], run: () => words }) },
      { plain },
    ];
    for (const other of some) {
      expect(() => preferring("hodl", { agents: { security: reviewed, ...other } })).not.toThrow();
    }
    const compare = { task: oneOf(["ship", "hodl"]) };
    expect(() => preferring("hodl", { compare })).not.toThrow();
  });
});

it("a name of one letter is not taken for another one", () => {
  const short = agent({ name: "a", run: () => 1 });
  const make = (): unknown =>
    supervisor({ name: "team", agents: { a: short }, required: ["c" as never] });
  expect(make).toThrow('requires "c", which is not among its agents; they are "a"');
});
