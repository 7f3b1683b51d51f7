import { describe, expect, it } from "vitest";
import {
  agent,
  human,
  memory,
  supervisor,
  unanimous,
  vote,
  type Json,
  type LearnedBefore,
  type Resolver,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { learnedFrom, recordTruth, reliability, learnedSupport } from "../../src/learning/index.ts";
import { keepBallot } from "../../src/learning/history/keep-ballot.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { rejection } from "../team/rejection.ts";

const tempPath = tempPaths();
const NOW = Date.now();

type Task = Readonly<Record<string, Json>>;

const speaker = <Name extends string>(name: Name, subject = "task") =>
  agent({
    name,
    run: (task: Task) => ({
      position: (Object.hasOwn(task, name) ? task[name] : undefined) ?? "ship",
    }),
    claims: ({ position }) => [{ subject, position }],
  });

const trio = (subject?: string) => ({
  ann: speaker("ann", subject),
  bob: speaker("bob", subject),
  cid: speaker("cid", subject),
});

const CHAIN: readonly Resolver[] = [reliability({ labels: "fixed" }), unanimous(), vote()];
const gate = (store: Store, subject?: string, resolve = CHAIN) =>
  supervisor({ name: "gate", agents: trio(subject), resolve, backend: { store } });

const SPLIT: Task = { ann: "hold", bob: "ship", cid: "ship" };

/** What a run recorded as what it went by. */
async function learnedOf(store: Store, runId: string): Promise<LearnedBefore | undefined> {
  const planned = (await store.read(runId)).find(({ type }) => type === "run.planned");
  return planned?.type === "run.planned" ? planned.learned : undefined;
}

describe("what a store has under the key of a ballot", () => {
  const run = { runId: "r", atMs: 1 };
  const one = { subject: "task", kind: "claim" };
  const votes = [{ position: "ship", agents: ["ann"] }];
  it.each<[string, Json]>([
    ["no object", 7],
    ["null", null],
    ["without subjects", run],
    ["with a subject that is null", { ...run, subjects: [null] }],
    ["without votes", { ...run, subjects: [one] }],
    ["with votes of nobody", { ...run, subjects: [{ ...one, votes: [{ position: "ship" }] }] }],
    [
      "with a nameless agent",
      { ...run, subjects: [{ ...one, votes: [{ ...votes[0], agents: [""] }] }] },
    ],
    ["of another kind", { ...run, subjects: [{ ...one, kind: "opinion", votes }] }],
    ["without a position", { ...run, subjects: [{ ...one, votes: [{ agents: ["ann"] }] }] }],
    [
      "with an endless position",
      { ...run, subjects: [{ ...one, votes: [{ position: "a".repeat(9_999), agents: ["ann"] }] }] },
    ],
    [
      "decided by a ghost",
      { ...run, subjects: [{ ...one, votes, decided: { position: "ship", by: "ghost" } }] },
    ],
  ])("is left aside when it is %s", async (_, value) => {
    const store = memory().store;
    await gate(store).run(SPLIT);
    store.values.change("ballot/gate/0/broken", () => value);
    store.values.change("taught/gate", () => value);
    const { runId, verdicts } = await gate(store).run(SPLIT);
    expect(verdicts[0]?.winner).toBe("ship");
    expect((await learnedOf(store, runId))?.claims).toMatchObject({ votes: 3 });
  });
});

describe("whatever agents are called, and say", () => {
  it("teaches later runs also where a subject is as long as it may be", async () => {
    const store = memory().store;
    const subject = "s".repeat(500);
    const team = gate(store, subject);
    const { runId } = await team.run(SPLIT);
    await recordTruth({ store }, runId, subject, "hold");
    const again = await team.run(SPLIT);
    expect((await learnedOf(store, again.runId))?.claims).toMatchObject({ votes: 3, subjects: 1 });
  });

  it("teaches also where a subject has line breaks, and by its own topic", async () => {
    const store = memory().store;
    const subjects: string[] = [];
    const topicOf = (subject: string) => {
      subjects.push(subject);
      return undefined;
    };
    await gate(store, "a\nb").run(SPLIT, { runId: "x y/z" });
    await learnedFrom({ store }, "gate", { labels: "open", topicOf });
    expect(new Set(subjects)).toEqual(new Set(["a\nb"]));
  });

  it("teaches also where nobody can tell its topic", async () => {
    const store = memory().store;
    const topicOf = (subject: string): string => {
      if (subject === "task") throw new Error("no topic");
      return "topic";
    };
    const chain = [reliability({ labels: "fixed", topicOf }), vote()];
    await gate(store, "task", chain).run(SPLIT);
    const { verdicts } = await gate(store, "task", chain).run(SPLIT);
    expect(verdicts[0]?.winner).toBe("ship");
  });

  it("is told apart where agents are called as what objects have", async () => {
    const store = memory().store;
    const agents = Object.fromEntries(
      ["__proto__", "constructor", "ann"].map((name) => [name, speaker(name)]),
    );
    Object.defineProperty(agents, "__proto__", { value: speaker("__proto__"), enumerable: true });
    const team = supervisor({ name: "__proto__", agents, resolve: CHAIN, backend: { store } });
    for (let i = 0; i < 12; i++) {
      const { runId } = await team.run({ constructor: "hold", ann: "hold" });
      await recordTruth({ store }, runId, "task", "ship");
    }
    const { verdicts } = await team.run({ constructor: "hold", ann: "hold" });
    expect(verdicts[0]).toMatchObject({ winner: "ship", by: "reliability" });
  });

  it("is of the run and the team that it is of, however long and alike their ids are", async () => {
    const store = memory().store;
    const subjects = [
      { subject: "task", kind: "claim", votes: [{ position: "ship", agents: ["ann"] }] },
    ] as const;
    const places = [
      { runId: "a/b", callId: "c" },
      { runId: "a", callId: "b/c" },
      { runId: "r".repeat(500), callId: `${"x/".repeat(300)}y` },
      { runId: "r".repeat(500), callId: `${"x/".repeat(300)}z` },
      { runId: "🙂".repeat(250), callId: `a${"🙂/".repeat(300)}` },
    ];
    for (const place of places)
      await keepBallot(store.values, "gate", { ...place, atMs: NOW, subjects });
    expect(await store.values.list("ballot/gate/")).toHaveLength(places.length);
  });

  it("does not fill the log: who is not of the team is left out, and topics have an end", async () => {
    const store = memory().store;
    const subjects = Array.from({ length: 300 }, (_, i) => ({
      subject: `s${i}`,
      kind: "claim" as const,
      votes: [
        {
          position: "ship",
          agents: ["ann", ...Array.from({ length: 30 }, (__, k) => `gone ${k}`)],
        },
      ],
      truth: { value: "ship" },
    }));
    for (let i = 0; i < 8; i++)
      await keepBallot(store.values, "gate", { runId: `r${i}`, atMs: NOW + i, subjects });
    const chain = [reliability({ labels: "fixed", topicOf: (subject) => subject }), vote()];
    const { runId } = await gate(store, "task", chain).run(SPLIT);
    const claims = (await learnedOf(store, runId))?.claims;
    expect(claims?.agents.map(({ agent }) => agent)).toEqual(["ann"]);
    expect(claims?.agents[0]?.topics).toHaveLength(50);
  });

  it("is looked back at as long as there is not too much of it", async () => {
    const store = memory().store;
    const agents = Array.from({ length: 200 }, (_, i) => `agent ${i}`);
    const subjects = Array.from({ length: 500 }, (_, i) => ({
      subject: `s${i}`,
      kind: "claim" as const,
      votes: [{ position: "ship", agents }],
    }));
    for (let i = 0; i < 4; i++)
      await keepBallot(store.values, "gate", { runId: `r${i}`, atMs: NOW + i, subjects });
    const { claims } = await learnedFrom({ store }, "gate", { labels: "open" });
    expect(claims?.votes).toBe(200_000);
  });
});

describe("what redaction takes out", () => {
  it.each([
    ["a path", ["secret"]],
    ["a function", (value: Json, kind: string) => (kind === "position" ? "[redacted]" : value)],
  ])("by %s is not kept for later runs either", async (_, redact) => {
    const store = memory({ resumable: true }).store;
    const team = supervisor({
      name: "gate",
      agents: trio(),
      resolve: CHAIN,
      backend: { store },
      redact,
    });
    const task = { ann: { secret: "s3cret" }, bob: { secret: "pass" }, cid: { secret: "pass" } };
    const { runId } = await team.run(task);
    expect(JSON.stringify(await store.values.list(""))).not.toMatch(/s3cret|pass/);
    expect(await rejection(recordTruth({ store }, runId, "task", "hold"))).toMatchObject({
      code: "BAD_OPTIONS",
      message: 'the positions about "task" were redacted: nothing says who was right',
    });
  });

  it("of subjects leaves those that can still be told apart", async () => {
    const store = memory().store;
    const talker = <Name extends string>(name: Name) =>
      agent({
        name,
        run: (_task: number) => 0,
        claims: () =>
          ["mail of bob@x.com", "pin 1234", "pin 5678"].map((subject) => ({
            subject,
            position: name,
          })),
      });
    const redact = (value: Json, kind: string): Json =>
      kind === "text" ? String(value).replaceAll(/\S+@\S+|\d{4}/g, "…") : value;
    const agents = { ann: talker("ann"), bob: talker("bob") };
    const team = supervisor({ name: "gate", agents, resolve: CHAIN, backend: { store }, redact });
    const { runId } = await team.run(1);
    const [kept] = await store.values.list("ballot/gate/");
    expect(kept?.value).toMatchObject({ subjects: [{ subject: "mail of …" }] });
    expect(JSON.stringify(kept)).not.toMatch(/bob@|1234|5678/);
    expect(await recordTruth({ store }, runId, "mail of …", "ann")).toMatchObject({
      right: ["ann"],
    });
  });
});

describe("two who write at once", () => {
  it.each([
    ["the memory store", () => [memory().store].flatMap((store) => [store, store])],
    [
      "SQLite",
      () => [tempPath()].flatMap((path) => [sqlite({ path }).store, sqlite({ path }).store]),
    ],
  ])("lose no outcome in %s, and none to the run that ends meanwhile", async (_, open) => {
    const [one, other] = open() as readonly Store[] as [Store, Store];
    const subjects = Array.from({ length: 20 }, (__, i) => `s${i}`);
    const both = <Name extends string>(name: Name) =>
      agent({
        name,
        run: (_task: number) => name,
        claims: (position) => subjects.map((subject) => ({ subject, position })),
      });
    const agents = { ann: both("ann"), bob: both("bob") };
    const team = supervisor({ name: "gate", agents, resolve: CHAIN, backend: { store: one } });
    const { runId } = await team.run(1);
    const [ballot] = await one.values.list("ballot/gate/");
    await Promise.all([
      ...subjects.map((subject, i) =>
        recordTruth({ store: i % 2 === 0 ? one : other }, runId, subject, "ann"),
      ),
      // As when the run ends, or is resumed and ends again.
      keepBallot(other.values, "gate", ballot?.value as never),
    ]);
    expect((await learnedFrom({ store: one }, "gate", { labels: "fixed" })).claims?.truths).toBe(
      20,
    );
    await one.close();
    await other.close();
  });

  it("keep a truth that was recorded before the run had ended", async () => {
    const store = memory().store;
    const values = store.values;
    const team = gate(store);
    let told: Promise<unknown> | undefined;
    const slow: Store = {
      ...store,
      values: {
        ...values,
        change(key, make, options) {
          // Just before the ballot is written.
          if (key.startsWith("ballot/")) {
            told ??= recordTruth({ store }, "r", "task", "hold");
            return told.then(() => values.change(key, make, options));
          }
          return values.change(key, make, options);
        },
      },
    };
    await team.run(SPLIT, { runId: "r", backend: { store: slow } });
    expect(told).toBeDefined();
    expect((await store.values.list("ballot/gate/"))[0]?.value).toMatchObject({
      subjects: [{ truth: { value: "hold" } }],
    });
  });
});

describe("a store that fails", () => {
  const broken = (store: Store, fails: (key: string) => boolean): Store => ({
    ...store,
    values: {
      ...store.values,
      get: (key) => {
        if (fails(key)) throw new TypeError("out of order");
        return store.values.get(key);
      },
      change: (key, make, options) => {
        if (fails(key)) throw new TypeError("the disk is full");
        return store.values.change(key, make, options);
      },
    },
  });

  it.each([
    ["to keep what a run teaches", "ballot/"],
    ["to say what runs have taught", "taught/"],
  ])("%s ends the run with STORE_FAILED", async (_, prefix) => {
    const store = memory({ resumable: true }).store;
    const failing = broken(store, (key) => key.startsWith(prefix));
    const failure = await rejection(gate(failing).run(SPLIT, { runId: "r" }));
    expect(failure).toMatchObject({ code: "STORE_FAILED", cause: expect.any(TypeError) });
    const { verdicts } = await gate(store).run(SPLIT, { runId: "r" });
    expect(verdicts[0]?.winner).toBe("ship");
  });

  it("to keep what a team in a team teaches is no failure of the team", async () => {
    const store = memory().store;
    const failing = broken(store, (key) => key.startsWith("ballot/"));
    const inner = supervisor({
      name: "inner",
      agents: trio(),
      resolve: CHAIN,
      asWorker: { retries: 3 },
    });
    const outer = supervisor({ name: "outer", agents: { inner }, backend: { store: failing } });
    expect(await rejection(outer.run(SPLIT))).toMatchObject({ code: "STORE_FAILED" });
  });

  it("and never answers does not keep a run from being cancelled", async () => {
    const store = memory().store;
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const get = (): Promise<never> => {
      ask();
      return new Promise(() => {});
    };
    const silent: Store = { ...store, values: { ...store.values, get } };
    const controller = new AbortController();
    const running = gate(silent).run(SPLIT, { signal: controller.signal });
    await asked;
    controller.abort(new Error("enough"));
    expect(await rejection(running)).toMatchObject({ message: "enough" });
  });
});

describe("a run teaches once", () => {
  it("also where it slept until a person had decided", async () => {
    const store = memory({ resumable: true }).store;
    const chain = [reliability({ labels: "fixed", atLeast: 1 }), human()];
    const team = gate(store, "task", chain);
    const { runId, status } = await team.run(SPLIT);
    expect(status).toBe("waiting");
    expect(await store.values.list("ballot/")).toEqual([]);
    await team.decide(runId, { subject: "task", winner: "hold", why: "so" });
    await team.resume(runId);
    const { claims } = await learnedFrom({ store }, "gate", { labels: "fixed" });
    expect(claims).toMatchObject({ votes: 3, subjects: 1 });
  });

  it("and a fork of it not again, unless everybody was asked anew", async () => {
    const store = memory({ resumable: true }).store;
    const team = gate(store);
    const { runId } = await team.run(SPLIT);
    await team.fork(runId, { from: "ann" });
    expect(await store.values.list("ballot/gate/")).toHaveLength(1);
    await team.fork(runId, { input: { ...SPLIT, extra: 1 } });
    expect(await store.values.list("ballot/gate/")).toHaveLength(2);
  });

  it("and counts a person's word beside a resolver that counts findings, in either order", async () => {
    const resolvers = [
      learnedSupport({ learned: "runs" }),
      reliability({ labels: "fixed", atLeast: 1 }),
    ];
    for (const chain of [resolvers, resolvers.toReversed()]) {
      const store = memory({ resumable: true }).store;
      // As "decided" by a person in the log.
      const person: Resolver = {
        name: "person",
        settle: () => ({
          winner: "hold",
          confidence: 1,
          confidenceFrom: "person",
          reasoning: "so",
        }),
      };
      const team = gate(store, "task", [reliability({ labels: "fixed", atLeast: 1 }), person]);
      for (let i = 0; i < 12; i++) await team.run(SPLIT);
      const { runId } = await gate(store, "task", [...chain, person]).run(SPLIT);
      expect((await learnedOf(store, runId))?.claims).toMatchObject({ truths: 12 });
    }
  });
});

describe("what was learned of many votes", () => {
  it("serves until there is a twentieth more, or an hour is over", async () => {
    const store = memory().store;
    let listed = 0;
    const values = store.values;
    const counting: Store = {
      ...store,
      values: {
        ...values,
        list(prefix, options) {
          if (options?.after === undefined) listed++;
          return values.list(prefix, options);
        },
      },
    };
    const subjects = Array.from({ length: 50 }, (_, i) => ({
      subject: `s${i}`,
      kind: "claim" as const,
      votes: [{ position: "ship", agents: ["ann", "bob", "cid"] }],
    }));
    for (let i = 0; i < 100; i++)
      await keepBallot(values, "gate", { runId: `r${i}`, atMs: NOW, subjects });
    const team = gate(counting);
    for (let i = 0; i < 6; i++) await team.run(SPLIT);
    expect(listed).toBe(1);
    await team.run(SPLIT);
    expect(listed).toBe(2);
    const { runId } = await team.run(SPLIT);
    for (let i = 0; i < 3; i++) await recordTruth({ store }, runId, "task", "hold");
    await team.run(SPLIT);
    expect(listed).toBe(3);
  });
});
