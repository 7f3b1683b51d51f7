import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  agent,
  memory,
  supervisor,
  unanimous,
  type Agent,
  type RunOptions,
  type SupervisorOptions,
} from "../../src/index.ts";

type Team = Omit<
  SupervisorOptions<Record<string, Agent>, never, unknown>,
  "name" | "agents" | "store"
>;

interface Described {
  readonly first?: object;
  readonly second?: object;
  /** What the first agent answers. */
  readonly answer?: unknown;
  readonly team?: Team;
  readonly task?: unknown;
  readonly options?: RunOptions;
  readonly reversed?: boolean;
}

/** The keys of a run of two agents, of which the second needs the first: as the log has them, by agent. */
async function keysOf(described: Described = {}): Promise<Readonly<Record<string, string>>> {
  const {
    answer = { recommendation: "ship" },
    team,
    task = { n: 1 },
    options,
    reversed,
  } = described;
  const first = agent({
    name: "first",
    version: "1",
    run: () => answer,
    ...described.first,
  } as never) as Agent;
  const second = agent({
    name: "second",
    needs: { first },
    run: () => "seen",
    ...described.second,
  } as never) as Agent;
  const agents = reversed === true ? { second, first } : { first, second };
  const store = memory({ resumable: true }).store;
  const gate = supervisor({ ...team, name: "gate", agents: agents as never, backend: { store } });
  const { runId } = await gate.run(task as never, options as never);
  const keys: Record<string, string> = {};
  for (const event of store.read(runId)) {
    if (event.type === "call.started" && event.key !== undefined) keys[event.agent] = event.key;
  }
  return keys;
}

const CHANGED: Readonly<Record<string, readonly [Described, string[]]>> = {
  "its version": [{ second: { version: "2" } }, ["second"]],
  "its output schema": [{ second: { output: z.string() } }, ["second"]],
  "its input schema": [{ second: { input: z.object({ n: z.number() }) } }, ["second"]],
  "the task": [{ task: { n: 2 } }, ["first", "second"]],
  "what an agent before it answered": [{ answer: { recommendation: "hold" } }, ["second"]],
  "that an agent before it has no answer": [
    {
      first: { version: "1", run: () => Promise.reject(new Error("no")) },
      team: { mode: "sequence" },
      second: { needs: {} },
    },
    ["second"],
  ],
};

const UNCHANGED: Readonly<Record<string, Described>> = {
  "its description": { second: { description: "another one" } },
  "the supervisor's description": { team: { description: "another one" } },
  "the supervisor's version": { team: { version: "9" } },
  timeouts: { first: { timeoutMs: 7_000 }, team: { timeoutMs: 9_000, graceMs: 3 } },
  retries: { second: { retries: 5, backoff: { baseMs: 1 } } },
  "the largest output": { team: { maxBytes: 1_000 } },
  concurrency: { team: { concurrency: 1 } },
  "limits of one run": { options: { concurrency: 1, timeoutMs: 5_000, retries: 0 } },
  "the order of the agents in the record": { reversed: true },
  "how conflicts are settled": {
    team: { resolve: [], minAnswers: 2, required: ["first"] as never },
  },
  "the run's id": { options: { runId: "another" } },
  "how it reads its claims": { first: { claims: () => [] } },
  "what becomes of it when in doubt": { first: { inDoubt: "fail" } },
};

describe("what identifies a call", () => {
  it.each(Object.entries(CHANGED))("changes with %s", async (_, [described, names]) => {
    const [before, after] = [await keysOf(), await keysOf(described)];
    expect(Object.keys(after).toSorted()).toEqual(["first", "second"]);
    for (const name of names) expect(after[name]).not.toBe(before[name]);
    for (const name of ["first", "second"])
      if (!names.includes(name)) expect(after[name]).toBe(before[name]);
  });

  it.each(Object.entries(UNCHANGED))("does not change with %s", async (_, described) => {
    expect(await keysOf(described)).toEqual(await keysOf());
  });

  it("does not change with the order in which members of objects stand", async () => {
    const [task, turned] = ['{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'];
    expect(await keysOf({ task: JSON.parse(turned) })).toEqual(
      await keysOf({ task: JSON.parse(task) }),
    );
    expect(await keysOf({ answer: JSON.parse(turned) })).toEqual(
      await keysOf({ answer: JSON.parse(task) }),
    );
  });

  it("does not change with the order in which it needs others", async () => {
    const keyOf = async (names: readonly ("x" | "y")[]): Promise<string | undefined> => {
      const others = {
        x: agent({ name: "x", run: () => 1 }),
        y: agent({ name: "y", run: () => 2 }),
      };
      const needs = Object.fromEntries(names.map((name) => [name, others[name]]));
      const last = agent({ name: "last", needs: needs as never, run: () => 3 });
      const store = memory({ resumable: true }).store;
      const gate = supervisor({ name: "gate", agents: { ...others, last }, backend: { store } });
      const events = store.read((await gate.run(1)).runId);
      return events.flatMap((event) =>
        event.type === "call.started" && event.callId === "last" ? (event.key ?? []) : [],
      )[0];
    };
    const key = await keyOf(["x", "y"]);
    expect(key).toContain("/x:");
    expect(await keyOf(["y", "x"])).toBe(key);
  });

  it("is made of the task as the agent's schema gives it", async () => {
    const first = { input: z.object({ n: z.number(), m: z.number().default(4) }) };
    const left = await keysOf({ first });
    expect(await keysOf({ first, task: { n: 1, m: 4, other: true } })).toMatchObject({
      first: left["first"],
    });
    expect((await keysOf({ first, task: { n: 1, m: 5 } }))["first"]).not.toBe(left["first"]);
  });

  it("changes for a team with any of its agents, and with what else shapes its answer", async () => {
    const keyOf = async (version: string, team: object): Promise<string | undefined> => {
      const one = agent({ name: "one", version, run: () => 1 });
      const inner = supervisor({ name: "inner", agents: { one }, ...team });
      const store = memory({ resumable: true }).store;
      const { runId } = await supervisor({
        name: "gate",
        agents: { inner },
        backend: { store },
      }).run(1);
      const begun = store.read(runId).find((event) => event.type === "call.started");
      return begun?.type === "call.started" ? begun.key : undefined;
    };
    const key = await keyOf("1", {});
    expect(key).toMatch(/^\d+\/[\w-]{43}\/[\w-]{43}$/);
    expect(await keyOf("1", { concurrency: 3, description: "x", timeoutMs: 5_000 })).toBe(key);
    const others = [
      keyOf("2", {}),
      keyOf("1", { version: "2" }),
      keyOf("1", { mode: "sequence" }),
      keyOf("1", { minAnswers: 0 }),
      keyOf("1", { resolve: [unanimous()] }),
      keyOf("1", { required: ["one"] }),
    ];
    expect(new Set([key, ...(await Promise.all(others))]).size).toBe(others.length + 1);
  });

  it("tells values apart that look alike", async () => {
    const tasks = [
      1,
      "1",
      [1],
      { 0: 1 },
      null,
      false,
      "",
      [],
      {},
      [[]],
      "null",
      { __proto__: null, a: 1 },
    ];
    const keys = await Promise.all(tasks.map((task) => keysOf({ task })));
    expect(new Set(keys.map(({ first }) => first)).size).toBe(tasks.length);
  });

  it("tells an answer apart from the sentence about a failure that says the same", async () => {
    const detail = "first failed: no";
    const sequence = { team: { mode: "sequence" as const }, second: { needs: {} } };
    const failed = await keysOf({
      ...sequence,
      first: { run: () => Promise.reject(new Error("no")) },
    });
    const answered = await keysOf({ ...sequence, answer: { status: "failed", detail } });
    expect(failed["second"]).not.toBe(answered["second"]);
  });

  it("is part of no log that runs are not resumed from", async () => {
    const one = agent({ name: "one", run: () => 1 });
    const store = memory().store;
    const { runId } = await supervisor({ name: "gate", agents: { one }, backend: { store } }).run(
      undefined,
    );
    for (const event of store.read(runId)) expect(event).not.toHaveProperty("key");
  });

  it("stands behind the idempotency key: the same after a transport failure, another when the answer is to be mended", async () => {
    const keys: string[] = [];
    const one = agent({
      name: "one",
      retries: 3,
      backoff: { baseMs: 0 },
      output: z.literal("good"),
      run: (_: unknown, { attempt, idempotencyKey }) => {
        keys.push(idempotencyKey);
        if (attempt === 1 || attempt === 3) throw Object.assign(new Error("busy"), { status: 503 });
        return (attempt === 2 ? "bad" : "good") as "good";
      },
    });
    const gate = supervisor({
      name: "gate",
      agents: { one },
      backend: memory({ resumable: true }),
    });
    await gate.run(1);
    const [first, again, mended, mendedAgain] = keys;
    expect(keys).toHaveLength(4);
    expect(again).toBe(first);
    expect(mended).not.toBe(first);
    expect(mendedAgain).toBe(mended);
  });
});
