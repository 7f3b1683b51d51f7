import { describe, expect, it } from "vitest";
import { agent, isSupervisor, isWorker, QuorateError, supervisor } from "../../src/index.ts";

const known = agent({ name: "known", run: async () => 1 });

function describeAgent(options: object): unknown {
  return agent({ name: "a", run: async () => 1, ...options } as never);
}

function describeTeam(options: object): unknown {
  return supervisor({ name: "team", agents: { known }, ...options } as never);
}

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(QuorateError);
    expect(error).toMatchObject({ code: "BAD_OPTIONS" });
    return (error as QuorateError).message;
  }
  return expect.unreachable("it was accepted");
}

const anyBadLimits: readonly (readonly [object, string])[] = [
  [{ timeoutMs: 0 }, "timeoutMs is 0"],
  [{ timeoutMs: -1 }, "timeoutMs is -1"],
  [{ timeoutMs: Number.NaN }, "timeoutMs is NaN"],
  [{ timeoutMs: "30" }, 'timeoutMs is "30"'],
  [{ timeoutMs: null }, "timeoutMs is"],
  [{ timeoutMs: 2 ** 31 }, "milliseconds from 1 to 2147483647"],
  [{ graceMs: -1 }, "graceMs is -1"],
  [{ graceMs: Infinity }, "graceMs is Infinity"],
  [{ retries: -1 }, "retries is -1"],
  [{ retries: 1.5 }, "retries is 1.5"],
  [{ retries: 101 }, "a whole number from 0 to 100"],
  [{ retries: Infinity }, "retries is Infinity"],
  [{ backoff: 5 }, "backoff is 5; use {"],
  [{ backoff: null }, "backoff is null; use {"],
  [{ backoff: { baseMs: -1 } }, "backoff.baseMs is -1"],
  [{ backoff: { maxMs: Number.NaN } }, "backoff.maxMs is NaN"],
  [{ backoff: { maxRetryAfterMs: "1" } }, 'backoff.maxRetryAfterMs is "1"'],
  [{ maxBytes: 0 }, "maxBytes is 0"],
  [{ maxBytes: 1.5 }, "maxBytes is 1.5"],
  [{ maxBytes: 2 ** 31 }, "maxBytes is 2147483648"],
];

const badAgents: readonly (readonly [object, string])[] = [
  ...anyBadLimits,
  [{ name: 3 }, "name number is refused"],
  [{ name: "" }, 'name "" is refused'],
  [{ name: "a/b" }, 'name "a/b" is refused'],
  [{ name: "a~2" }, 'name "a~2" is refused'],
  [{ name: "~a" }, 'without "/", "~" or control characters'],
  [{ name: "a\nb" }, "control characters"],
  [{ name: "x".repeat(101) }, "1 to 100 characters"],
  [{ run: undefined }, "run is"],
  [{ run: "x" }, "run is"],
  [{ needs: { known: 1 } }, 'needs "known", which is not an agent'],
  [{ needs: "known" }, "needs is"],
  [{ needs: [known] }, "needs is a list; use { other }, with the agents it needs"],
  [{ needs: { other: known } }, 'needs "known" under the key "other"'],
];

const x = agent({ name: "x", needs: { known }, run: async () => 1 });

const badTeams: readonly (readonly [object, string])[] = [
  ...anyBadLimits,
  [{ name: "" }, 'supervisor name "" is refused'],
  [{ name: "a/b" }, 'supervisor name "a/b" is refused'],
  [{ agents: undefined }, "has no agents"],
  [{ agents: null }, "has no agents"],
  [{ agents: {} }, "has no agents"],
  [{ agents: [known] }, "has its agents in a list; give each its name: agents: { security }"],
  [{ agents: { known: async () => 1 } }, "which is not an agent"],
  [{ agents: { known: undefined } }, "which is not an agent"],
  [{ agents: { other: known } }, 'the agent "known" under the key "other"'],
  [{ agents: { x } }, 'has "x", which needs "known", which is not among its agents'],
  [{ mode: "zigzag" }, 'mode is "zigzag"'],
  [{ route: ["nobody"] }, 'routes to "nobody"'],
  [{ route: [3] }, 'routes to "3"'],
  [{ inputs: { nobody: () => 1 } }, 'maps the input of "nobody"'],
  [{ required: ["nobody"] }, 'requires "nobody"'],
  [{ required: ["toString"] }, 'requires "toString"'],
  [{ minAnswers: -1 }, "minAnswers is -1"],
  [{ minAnswers: 2 }, "a whole number from 0 to 1"],
  [{ minAnswers: 0.5 }, "minAnswers is 0.5"],
  [{ concurrency: 0 }, "concurrency is 0"],
  [{ concurrency: Number.NaN }, "concurrency is NaN"],
  [{ concurrency: Infinity }, "concurrency is Infinity"],
  [{ resolve: {} }, "resolve is not a resolver; give one, or a list"],
  [{ resolve: [null] }, "resolve[0] is not a resolver"],
  [{ resolve: [{}] }, "resolve[0] is not a resolver"],
  [{ gate: ["ship"] }, 'gate is a list; use { pass: ["ship"] }'],
  [{ compare: ["task"] }, "compare is a list; use { subject"],
  [{ compare: { subject: 3 } }, "compare.subject is not a comparator"],
  [{ similar: 3 }, "not a comparator"],
  [{ needs: { x: 1 } }, 'needs "x", which is not an agent'],
  [{ earlyStop: { subjects: ["task"] } }, "earlyStop was removed; leave it out"],
  [{ asWorker: { timeoutMs: 0 } }, "asWorker.timeoutMs is 0"],
  [{ asWorker: { retries: -1 } }, "asWorker.retries is -1"],
];

const label = (options: object): string =>
  JSON.stringify(options, (_, value: unknown) =>
    typeof value === "function" ? "function" : value,
  ).slice(0, 60);

describe("a description that cannot work is refused in one sentence", () => {
  it.each(badAgents.map((row) => [label(row[0]), ...row] as const))(
    "of an agent: %s",
    (_, options, says) => {
      const message = refusal(() => describeAgent(options));
      expect(message).toContain(says);
      expect(message.length).toBeLessThan(300);
    },
  );

  it.each(badTeams.map((row) => [label(row[0]), ...row] as const))(
    "of a team: %s",
    (_, options, says) => {
      const message = refusal(() => describeTeam(options));
      expect(message).toContain(says);
      expect(message.length).toBeLessThan(300);
    },
  );

  it.each([
    ["itself", ["a"], "a needs a"],
    ["each other", ["a", "b"], "a needs b needs a"],
    ["each other in a wide circle", ["a", "b", "c", "d"], "a needs b needs c needs d needs a"],
  ])("when agents wait for %s", (_, names, circle) => {
    // Only a cast gets a circle past `agent()`, which wants its needs to be there already.
    const agents = Object.fromEntries(
      names.map((name) => [name, { ...agent({ name, run: async () => 1 }), needs: {} as object }]),
    );
    for (const [index, name] of names.entries()) {
      const next = names[(index + 1) % names.length] ?? "";
      Object.assign(agents[name] ?? {}, { needs: { [next]: agents[next] } });
    }
    const message = refusal(() => supervisor({ name: "team", agents } as never));
    expect(message).toBe(
      `supervisor "team" has agents that wait for each other: ${circle}; remove one of these needs`,
    );
  });

  it("when a sequence asks an agent before the one it needs", () => {
    const message = refusal(() =>
      supervisor({ name: "team", agents: { x, known }, mode: "sequence" }),
    );
    expect(message).toContain('has "x" before "known", which it needs; swap them');
  });

  it("bears with a chain of needs as long as the team", () => {
    const agents: Record<string, ReturnType<typeof agent>> = {};
    for (let n = 0; n < 5_000; n++) {
      const before = agents[`a${n - 1}`];
      const needs = before === undefined ? {} : { [before.name]: before };
      agents[`a${n}`] = agent({ name: `a${n}`, needs, run: async () => 1 }) as never;
    }
    const reversed = Object.fromEntries(Object.entries(agents).toReversed());
    expect(isSupervisor(supervisor({ name: "team", agents: reversed } as never))).toBe(true);
  });
});

describe("what is of the wrong kind is refused", () => {
  const schemaless = [{ input: {} }, { input: () => 1 }, { output: {} }];
  it.each([...schemaless, { claims: "" }, { version: 3 }, { description: 3 }])(
    "of an agent: %j",
    (options) => {
      expect(refusal(() => describeAgent(options))).toContain(Object.keys(options)[0]);
    },
  );

  it.each([
    { route: "known" },
    { route: 3 },
    { route: [] },
    { inputs: { known: 3 } },
    { required: "known" },
    { compare: 3 },
    { asWorker: 3 },
    { answer: 3 },
    { store: {} },
    { store: null },
    { engine: { call: null } },
    { clock: {} },
    { version: 3 },
  ])("of a team: %j", (options) => {
    expect(refusal(() => describeTeam(options))).toContain(Object.keys(options)[0]);
  });

  it("of a team: an agent that needs another one than the team has under that name", () => {
    const other = agent({ name: "known", run: async () => 2 });
    refusal(() => describeTeam({ agents: { known: other, x } }));
  });

  it.each([null, undefined])("%j in place of a description", (options) => {
    refusal(() => agent(options as never));
    refusal(() => supervisor(options as never));
  });
});

describe("a worker", () => {
  it("is known as one, and nothing else is", () => {
    const team = supervisor({ name: "team", agents: { known } });
    expect([known, team].map(isWorker)).toEqual([true, true]);
    expect([known, team].map(isSupervisor)).toEqual([false, true]);
    for (const other of [null, undefined, "known", {}, async () => 1, { name: "known" }]) {
      expect([isWorker(other), isSupervisor(other)]).toEqual([false, false]);
    }
  });

  it("cannot be changed after it was described", () => {
    const needs = { known };
    const made = agent({ name: "a", needs, run: async () => 1 });
    Object.assign(needs, { other: known });
    expect(Object.keys(made.needs)).toEqual(["known"]);
    expect(() => Object.assign(made, { name: "b" })).toThrow(TypeError);
    expect(() =>
      Object.assign(supervisor({ name: "t", agents: { known } }), { name: "b" }),
    ).toThrow(TypeError);
  });
});

describe("a misspelt option is refused, and the right one named", () => {
  const a = agent({ name: "a", run: () => 1 });
  const misspelt = (options: object): object => options;

  it.each([
    [() => agent(misspelt({ name: "a", run: () => 1, timeoutMS: 5 }) as never), "timeoutMs"],
    [() => agent(misspelt({ name: "a", run: () => 1, timeout: 5 }) as never), "timeoutMs"],
    [() => supervisor(misspelt({ name: "t", agents: { a }, resolver: [] }) as never), "resolve"],
    [
      () => supervisor(misspelt({ name: "t", agents: { a }, Concurrency: 1 }) as never),
      "concurrency",
    ],
  ])("%s", (make, meant) => {
    expect(make).toThrow(`did you mean ${meant}?`);
  });

  it("and all are listed where none is near", () => {
    const odd = misspelt({ name: "a", run: () => 1, colour: "red" });
    expect(() => agent(odd as never)).toThrow(/has no option "colour"; there are name, version/);
  });

  it("also those of a run", async () => {
    const team = supervisor({ name: "t", agents: { a } });
    const running = team.run(1, misspelt({ retry: 1 }));
    await expect(running).rejects.toMatchObject({
      code: "BAD_OPTIONS",
      message: 'a run of supervisor "t" has no option "retry"; there are ' + runOptions,
    });
  });
});

const runOptions =
  "runId, signal, deadlineMs, route, mode, panel, backend, concurrency, budget, prices, cache, tenant, tags, from, input, timeoutMs, graceMs, retries, backoff, maxBytes";
