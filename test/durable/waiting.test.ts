import { describe, expect, it } from "vitest";
import {
  agent,
  decide,
  human,
  memory,
  openQuestions,
  prefer,
  supervisor,
  unanimous,
  type Resolver,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

function setUp(resolver: Resolver = human()) {
  const asked: string[] = [];
  const reviewer = (name: string, recommendation: string) =>
    agent({
      name,
      run: (_task: number) => {
        asked.push(name);
        return { recommendation };
      },
    });
  const [a, b] = [reviewer("a", "ship"), reviewer("b", "hold")];
  const clock = virtualClock();
  const store = memory({ resumable: true }).store;
  const resolve = [unanimous(), resolver];
  const gate = supervisor({ name: "gate", agents: { a, b }, resolve, backend: { store }, clock });
  return { asked, a, b, clock, store, gate, resolve };
}

describe("a run that waits for a person", () => {
  it("says so, and leaves nothing behind but its log", async () => {
    const { gate, store, clock } = setUp();
    const outcome = await gate.run(1, { runId: "r" });
    expect(outcome).toMatchObject({
      status: "waiting",
      verdicts: [{ subject: "task", status: "waiting", winner: null, confidence: 0, by: null }],
    });
    expect(store.runs()[0]?.status).toBe("waiting");
    expect(clock.pending + clock.pendingUnheld).toBe(0);
    expect(openQuestions(store.read("r"))).toMatchObject([{ verdict: { subject: "task" } }]);
  });

  it("still waits when it is resumed, and its log stays as it was", async () => {
    const { gate, store, asked } = setUp();
    await gate.run(1, { runId: "r" });
    const before = store.read("r");
    asked.length = 0;
    expect((await gate.resume("r")).status).toBe("waiting");
    expect(asked).toEqual([]);
    expect(store.read("r")).toEqual(before);
  });

  it("goes on when somebody has decided, and asks nobody again", async () => {
    const { gate, asked } = setUp();
    await gate.run(1, { runId: "r" });
    asked.length = 0;
    const decision = { subject: "task", winner: " SHIP ", why: "it is Friday", by: "ann" };
    const outcome = await gate.decide("r", decision);
    expect(asked).toEqual([]);
    expect(outcome).toMatchObject({
      status: "complete",
      verdicts: [{ status: "decided", winner: "ship", by: "human", confidenceFrom: "person" }],
      reuse: { reused: 2, asked: 0 },
    });
    expect(outcome.verdicts[0]?.reasoning).toContain("ann decided for");
    expect(outcome.verdicts[0]?.reasoning).toContain("it is Friday");
  });

  it("goes on later when the decision was only recorded", async () => {
    const { gate, store } = setUp();
    await gate.run(1, { runId: "r" });
    await decide({ store }, "r", { subject: "task", winner: "hold", why: "no tests" });
    expect(store.runs()[0]?.status).toBe("waiting");
    expect(openQuestions(store.read("r"))).toEqual([]);
    expect(await gate.resume("r")).toMatchObject({ verdicts: [{ winner: "hold" }] });
  });

  it.each([
    [{ subject: "task", winner: "maybe", why: "" }, "NO_SUCH_POSITION", 'no agent holds "maybe"'],
    [{ subject: "task", index: 9, why: "" }, "NO_SUCH_POSITION", "there is no position 9"],
    [{ subject: "other", winner: "ship", why: "" }, "BAD_OPTIONS", 'does not wait for "other"'],
    [
      { subject: "task", winner: "ship", why: "", team: "team" },
      "BAD_OPTIONS",
      "does not wait for",
    ],
  ])("refuses the decision %j with %s", async (decision, code, why) => {
    const { gate, store } = setUp();
    await gate.run(1, { runId: "r" });
    const before = store.read("r");
    await expect(decide({ store }, "r", decision)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why) as string,
    });
    expect(store.read("r")).toEqual(before);
  });

  it("names every position in what refuses a decision, however long one of them is", async () => {
    const store = memory({ resumable: true }).store;
    const holder = (name: string, recommendation: string) =>
      agent({ name, run: () => ({ recommendation }) });
    const agents = { a: holder("a", "a".repeat(3_000)), b: holder("b", "hold") };
    const gate = supervisor({ name: "gate", agents, resolve: [human()], backend: { store } });
    await gate.run(1, { runId: "r" });
    for (const choice of [{ winner: "z".repeat(3_000) }, { index: 9 }]) {
      const decision = { subject: "task", why: "", ...choice };
      await expect(decide({ store }, "r", decision)).rejects.toThrow(/"aaaa.*….*"hold"/);
    }
  });

  it("refuses a second decision, and one for a run that has ended or is not there", async () => {
    const { gate, store } = setUp();
    const decision = { subject: "task", winner: "ship", why: "" };
    await expect(decide({ store }, "r", decision)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    await gate.run(1, { runId: "r" });
    await decide({ store }, "r", decision);
    await expect(decide({ store }, "r", decision)).rejects.toMatchObject({
      code: "ALREADY_DECIDED",
      message: expect.stringMatching(/already; resume the run to continue with that decision$/),
    });
    await gate.resume("r");
    await expect(decide({ store }, "r", decision)).rejects.toMatchObject({
      code: "ALREADY_DECIDED",
      message: expect.stringMatching(/already; the run has ended since$/),
    });
  });

  it("asks what needs a waiting team only when that has answered", async () => {
    const { a, b, asked, store, resolve } = setUp();
    const inner = supervisor({ name: "inner", agents: { a, b }, resolve });
    const after = agent({
      name: "after",
      needs: { inner },
      run: (_task: number, { results }) => {
        asked.push("after");
        return results.inner.output.verdicts[0]?.winner ?? null;
      },
    });
    const outer = supervisor({ name: "outer", agents: { inner, after }, backend: { store } });
    expect(await outer.run(1, { runId: "r" })).toMatchObject({
      status: "waiting",
      results: { inner: { status: "waiting" }, after: { status: "waiting" } },
      missing: [],
    });
    expect(asked).not.toContain("after");
    const outcome = await outer.decide("r", { subject: "task", winner: "hold", why: "why not" });
    expect(outcome).toMatchObject({ status: "complete", results: { after: { output: "hold" } } });
    expect(asked.toSorted()).toEqual(["a", "after", "b"]);
  });
});

describe("a time limit", () => {
  it("counts from when the run began to wait, however often it is resumed", async () => {
    const { gate, clock } = setUp(human({ withinMs: 1_000, otherwise: "hold" }));
    await gate.run(1, { runId: "r" });
    await clock.advance(600);
    expect((await gate.resume("r")).status).toBe("waiting");
    await clock.advance(600);
    const outcome = await gate.resume("r");
    expect(outcome).toMatchObject({ status: "complete", verdicts: [{ winner: "hold" }] });
    expect(outcome.verdicts[0]?.reasoning).toContain("no person decided within 1000 ms");
  });

  it("hands the question to the next resolver where nothing was agreed", async () => {
    const { a, b, store, clock } = setUp();
    const resolve = [human({ withinMs: 1_000 }), prefer(["ship"])];
    const gate = supervisor({ name: "gate", agents: { a, b }, resolve, backend: { store }, clock });
    expect((await gate.run(1, { runId: "r" })).status).toBe("waiting");
    await clock.advance(1_000);
    expect(await gate.resume("r")).toMatchObject({ verdicts: [{ winner: "ship", by: "prefer" }] });
  });
});

it("without a store to sleep in nobody is waited for, and the verdict says why", async () => {
  const { a, b, resolve } = setUp();
  const outcome = await supervisor({ name: "gate", agents: { a, b }, resolve }).run(1);
  expect(outcome).toMatchObject({ status: "complete", verdicts: [{ status: "undecided" }] });
  expect(outcome.verdicts[0]?.reasoning).toContain(
    "a run can wait for a person only if its store lets it be resumed",
  );
});
