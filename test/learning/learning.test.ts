import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, unanimous, vote, type Supervisor } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import {
  learnedFrom,
  learnedSupport,
  recordedTruths,
  recordTruth,
  recordTruths,
  reliability,
  type Truth,
  type TruthListed,
} from "../../src/learning/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { rejection } from "../team/rejection.ts";

const tempPath = tempPaths();

/** Says what its task has for it. */
const speaker = <Name extends string>(name: Name) =>
  agent({
    name,
    run: (task: Readonly<Record<string, string>>) => ({ recommendation: task[name] ?? "ship" }),
  });

const agents = { good: speaker("good"), bad: speaker("bad"), worse: speaker("worse") };

const gate = (store: Store) =>
  supervisor({
    name: "gate",
    agents,
    resolve: [reliability({ labels: "fixed" }), unanimous(), vote()],
    backend: { store },
  });

/** What is kept of how runs turned out, by supervisor. */
async function listed(store: Store): Promise<readonly TruthListed[]> {
  const all: TruthListed[] = [];
  for await (const one of recordedTruths({ store })) all.push(one);
  return all;
}

async function truthsOf(store: Store, name: string): Promise<readonly unknown[]> {
  const kept = await store.values.list(`ballot/${name}/`);
  return kept.flatMap(({ value }) =>
    (value as { subjects: readonly { truth?: { value: unknown } }[] }).subjects.flatMap(
      ({ truth }) => truth?.value ?? [],
    ),
  );
}

/** Runs in which "good" alone is right, and what turned out to be true of them. */
async function teach(team: Supervisor<never, never>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const [truth, other] = i % 2 === 0 ? ["hold", "ship"] : ["ship", "hold"];
    const task = { good: truth, bad: other, worse: i % 3 === 0 ? truth : other } as never;
    const { runId } = await team.run(task);
    await recordTruth({ store: team.backend.store }, runId, "task", truth as string);
  }
}

const SPLIT = { good: "hold", bad: "ship", worse: "ship" };

describe.each([
  ["the memory store", () => memory({ resumable: true }).store],
  ["SQLite", () => sqlite({ path: tempPath() }).store],
])("recorded truths in %s", (_, open) => {
  it("teach a supervisor whom to believe, against the majority", async () => {
    const store = open();
    const team = gate(store);
    const before = await team.run(SPLIT);
    expect(before.verdicts[0]?.winner).toBe("ship");
    await teach(team as never, 60);
    const { verdicts, runId } = await team.run(SPLIT);
    expect(verdicts[0]).toMatchObject({ winner: "hold", by: "reliability" });
    expect(verdicts[0]?.reasoning).toContain("60 truths");
    const planned = (await store.read(runId)).find(({ type }) => type === "run.planned");
    expect(planned).toMatchObject({ learned: { claims: { truths: 60 } } });
    await store.close();
  });

  it("are kept when their runs are forgotten, and for one supervisor only", async () => {
    const store = open();
    await teach(gate(store) as never, 30);
    await store.prune(Date.now() + 1_000);
    expect(await store.runs()).toHaveLength(0);
    const learned = await learnedFrom({ store }, "gate", { labels: "fixed" });
    expect(learned.claims).toMatchObject({ truths: 30, subjects: 30 });
    const best = learned.claims?.agents.toSorted((a, b) => b.accuracy - a.accuracy)[0];
    expect(best).toMatchObject({ agent: "good", trials: 30 });
    expect(await learnedFrom({ store }, "another")).toEqual({});
    await store.close();
  });

  it("of a run that is pruned can be recorded again, replaced and taken back, until it is erased", async () => {
    const store = open();
    const team = gate(store);
    const { runId } = await team.run(SPLIT);
    const other = await team.run(SPLIT);
    await recordTruth({ store }, runId, "task", "neither", { by: "ann", atMs: 7_000 });
    const before = await listed(store);
    await store.prune(Date.now() + 1_000);
    const again = await recordTruths(
      { store },
      before.map(({ recorded }) => recorded),
    );
    expect(again.map(({ recorded }) => recorded?.wrong)).toEqual([["bad", "worse", "good"]]);
    expect(await listed(store)).toEqual(before);
    expect(await recordTruth({ store }, runId, "task", "hold")).toEqual({
      supervisor: "gate",
      subject: "task",
      right: ["good"],
      wrong: ["bad", "worse"],
      replaced: { value: "neither", by: "ann", atMs: 7_000 },
    });
    // Nothing tells any more whether what nobody held is secret.
    await recordTruth({ store }, runId, "task", "hunter2");
    expect(await truthsOf(store, "gate")).toEqual(["[redacted]"]);
    await recordTruth({ store }, runId, "task", undefined);
    expect(await listed(store)).toEqual([]);
    expect((await recordTruth({ store }, other.runId, "task", "hold")).right).toEqual(["good"]);
    const noSubject = await rejection(recordTruth({ store }, runId, "weather", "rain"));
    expect(noSubject).toMatchObject({
      code: "BAD_OPTIONS",
      message: `run "${runId}" was pruned, and of its verdicts only "task" is kept`,
    });
    await store.erase({ run: runId });
    const gone = await rejection(recordTruth({ store }, runId, "task", "hold"));
    expect(gone).toMatchObject({ code: "RUN_NOT_FOUND" });
    await store.close();
  });
});

describe("a truth", () => {
  it("says who was right, may be put right, and taken back", async () => {
    const store = memory().store;
    const { runId } = await gate(store).run(SPLIT);
    expect(await recordTruth({ store }, runId, "task", "hold")).toEqual({
      supervisor: "gate",
      subject: "task",
      right: ["good"],
      wrong: ["bad", "worse"],
    });
    expect(await truthsOf(store, "gate")).toEqual(["hold"]);
    await recordTruth({ store }, runId, "task", "neither");
    expect(await truthsOf(store, "gate")).toEqual(["neither"]);
    await recordTruth({ store }, runId, "task", undefined);
    expect(await truthsOf(store, "gate")).toEqual([]);
  });

  it("is kept with who says so and when, and a later one says what it replaces", async () => {
    const store = memory({ clock: { now: () => 7_000, monotonic: () => 0 } as never }).store;
    const { runId } = await gate(store).run(SPLIT);
    const first = await recordTruth({ store }, runId, "task", "hold", { by: "ann" });
    expect(first).not.toHaveProperty("replaced");
    const second = await recordTruth({ store }, runId, "task", "ship", { by: "bob", atMs: 9_000 });
    expect(second.replaced).toEqual({ value: "hold", by: "ann", atMs: 7_000 });
    expect(await listed(store)).toEqual([
      {
        supervisor: "gate",
        kind: "claim",
        recorded: { runId, subject: "task", truth: "ship", by: "bob", atMs: 9_000 },
      },
    ]);
    const taken = await recordTruth({ store }, runId, "task", undefined);
    expect(taken.replaced).toEqual({ value: "ship", by: "bob", atMs: 9_000 });
    expect(await listed(store)).toEqual([]);
    for (const options of [{ by: "" }, { by: "x".repeat(201) }, { atMs: -1 }, { who: "ann" }]) {
      const refused = recordTruth({ store }, runId, "task", "hold", options as object);
      expect(await rejection(refused)).toMatchObject({ code: "BAD_OPTIONS" });
    }
  });

  it("may be one of many, of which one that is refused keeps none from being recorded", async () => {
    const store = memory().store;
    const team = gate(store);
    const runIds = [];
    for (let i = 0; i < 40; i++) runIds.push((await team.run(SPLIT)).runId);
    const truths: Truth[] = runIds.map((runId, i) => ({
      runId,
      subject: "task",
      truth: i % 2 === 0 ? "hold" : "ship",
      by: "a test",
    }));
    const [first = ""] = runIds;
    const results = await recordTruths({ store }, [
      ...truths,
      { runId: "none", subject: "task", truth: "hold" },
      { runId: first, subject: "weather", truth: "rain" },
      { runId: first, subject: "task", truth: "ship" },
    ]);
    expect(results.slice(0, 40).every(({ recorded }) => recorded?.supervisor === "gate")).toBe(
      true,
    );
    expect(results.slice(40).map(({ error }) => error?.code)).toEqual([
      "RUN_NOT_FOUND",
      "BAD_OPTIONS",
      undefined,
    ]);
    expect(results[42]?.recorded).toMatchObject({
      right: ["bad", "worse"],
      replaced: { value: "hold", by: "a test" },
    });
    const stored = await listed(store);
    expect(stored).toHaveLength(40);
    // What was written is what is read.
    const other = await recordTruths(
      { store },
      stored.map(({ recorded }) => recorded),
    );
    expect(other.every(({ recorded }) => recorded?.replaced !== undefined)).toBe(true);
    expect(await listed(store)).toEqual(stored);
    const { claims } = await learnedFrom({ store }, "gate", { labels: "fixed" });
    expect(claims?.truths).toBe(40);
  });

  it("is none of many where one of them is no truth: none is recorded", async () => {
    const store = memory().store;
    const { runId } = await gate(store).run(SPLIT);
    const good = { runId, subject: "task", truth: "hold" };
    for (const bad of [
      null,
      7,
      { ...good, runId: 7 },
      { ...good, teem: "x" },
      { runId },
      { runId, subject: "task" },
    ]) {
      const refused = await rejection(recordTruths({ store }, [good, bad as never]));
      expect(refused).toMatchObject({ code: "BAD_OPTIONS" });
    }
    const many = Array.from({ length: 100_001 }, () => good);
    expect(await rejection(recordTruths({ store }, many))).toMatchObject({ code: "BAD_OPTIONS" });
    expect(await listed(store)).toEqual([]);
    // Said openly it takes back what was recorded.
    await recordTruths({ store }, [good]);
    expect(await listed(store)).toHaveLength(1);
    await recordTruths({ store }, [{ ...good, truth: undefined }]);
    expect(await listed(store)).toEqual([]);
  });

  it("is of a run that is there, about a subject that it has a verdict about", async () => {
    const store = memory().store;
    const { runId } = await gate(store).run(SPLIT);
    expect(await rejection(recordTruth({ store }, "no", "task", "hold"))).toMatchObject({
      code: "RUN_NOT_FOUND",
    });
    expect(await rejection(recordTruth({ store }, runId, "tsk", "hold"))).toMatchObject({
      code: "BAD_OPTIONS",
      message: `run "${runId}" has no verdict about "tsk"; it has "task"`,
    });
  });

  it("teaches also a supervisor that does not learn by itself", async () => {
    const store = memory().store;
    const plain = supervisor({ name: "plain", agents, backend: { store } });
    const { runId } = await plain.run(SPLIT);
    expect(await learnedFrom({ store }, "plain", { labels: "fixed" })).toEqual({});
    await recordTruth({ store }, runId, "task", "hold");
    expect(await truthsOf(store, "plain")).toEqual(["hold"]);
    const learned = await learnedFrom({ store }, "plain", { labels: "fixed" });
    expect(learned.claims).toMatchObject({ votes: 3 });
  });

  it("that is recorded twice at once is kept once, also where the run taught nothing before", async () => {
    const store = memory().store;
    const plain = supervisor({ name: "plain", agents, backend: { store } });
    const said = { runId: (await plain.run(SPLIT)).runId, subject: "task" };
    await recordTruths({ store }, [
      { ...said, truth: "ship" },
      { ...said, truth: "hold" },
    ]);
    expect(await truthsOf(store, "plain")).toEqual(["hold"]);
  });

  it("belongs to the team that decided, also where it is nested", async () => {
    const store = memory().store;
    const inner = supervisor({
      name: "inner",
      agents,
      resolve: [reliability({ labels: "fixed" }), vote()],
    });
    const outer = supervisor({ name: "outer", agents: { inner }, backend: { store } });
    const { runId } = await outer.run(SPLIT);
    // The team's decision is a claim of the outer team's only member: both decided about "task".
    await recordTruth({ store }, runId, "task", "hold", { team: "inner" });
    expect(await truthsOf(store, "inner")).toEqual(["hold"]);
    expect(await learnedFrom({ store }, "outer", { labels: "fixed" })).toEqual({});
    await recordTruth({ store }, runId, "task", "hold");
    expect(await truthsOf(store, "outer")).toEqual(["hold"]);
  });
});

describe("verdicts of earlier runs", () => {
  it.each([
    ["person", {}, 40],
    ["person", { person: 0 }, 0],
    ["judge-panel", {}, 0],
    ["judge-panel", { judge: 0.5 }, 20],
  ])("of a %s count with what is trusted: %o", async (confidenceFrom, trust, truths) => {
    const store = memory().store;
    const team = supervisor({
      name: "gate",
      agents,
      resolve: [
        reliability({ labels: "fixed", atLeast: 1 }),
        {
          name: "boss",
          settle: () => ({ winner: "hold", confidence: 1, confidenceFrom, reasoning: "so it is" }),
        },
      ],
      backend: { store },
    });
    for (let i = 0; i < 40; i++) await team.run(SPLIT);
    const { claims } = await learnedFrom({ store }, "gate", { labels: "fixed", trust });
    expect(claims?.truths).toBe(truths);
  });
});

describe("truths of findings", () => {
  it("teach which findings stand", async () => {
    const store = memory().store;
    const reviewer = <Name extends string>(name: Name, right: boolean) =>
      agent({
        name,
        run: () => ({
          findings: right
            ? ["the loop never ends"]
            : ["identifier spelled oddly", "documentation is missing"],
        }),
      });
    const board = supervisor({
      name: "board",
      agents: { good: reviewer("good", true), bad: reviewer("bad", false) },
      resolve: [learnedSupport({ learned: "runs" })],
      backend: { store },
    });
    const before = await board.run(0);
    expect(before.verdicts.map(({ winner }) => winner)).toEqual(["absent", "absent", "absent"]);
    for (let n = 1; n <= 40; n++) {
      const { runId, verdicts } = await board.run(n);
      for (const { subject } of verdicts) {
        await recordTruth(
          { store },
          runId,
          subject,
          subject.includes("loop") ? "present" : "absent",
        );
      }
    }
    const { verdicts } = await board.run(99);
    const standing = verdicts.filter(({ winner }) => winner === "present");
    expect(standing).toMatchObject([
      { subject: "the loop never ends", confidenceFrom: "finding-logistic" },
    ]);
  });
});

describe("what was learned", () => {
  it("is read once, when a run begins: a resume goes by the same", async () => {
    const store = memory({ resumable: true }).store;
    const team = gate(store);
    const controller = new AbortController();
    const { promise: asked, resolve: begin } = Promise.withResolvers<void>();
    const stuck = agent({
      name: "stuck",
      run: () => {
        begin();
        return new Promise<never>(() => {});
      },
    });
    const cut = supervisor({
      name: "gate",
      agents: { ...agents, stuck },
      graceMs: 0,
      resolve: [reliability({ labels: "fixed" }), vote()],
      backend: { store },
    });
    const running = cut.run(SPLIT, { runId: "r", signal: controller.signal });
    await asked;
    controller.abort();
    await rejection(running);
    await teach(team as never, 60);
    // By now a new run would say "hold".
    const { verdicts } = await team.resume("r");
    expect(verdicts[0]).toMatchObject({ winner: "ship" });
  });

  it("is nothing where nobody asks for it", async () => {
    const store = memory().store;
    const plain = supervisor({ name: "plain", agents, backend: { store } });
    const { runId } = await plain.run(SPLIT);
    const events = store.read(runId);
    expect(events.find(({ type }) => type === "run.planned")).not.toHaveProperty("learned");
    expect(await store.values.list("ballot/")).toEqual([]);
  });
});
