import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { agent, memory, supervisor, type Backend } from "../../src/index.ts";

const tempPath = tempPaths();

const team = (backend: Backend, more: { readonly redact?: readonly string[] } = {}) => {
  const asked: unknown[] = [];
  const a = agent({
    name: "a",
    input: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => ({ value: value as string }),
      },
    },
    run: (task: string) => {
      asked.push(task);
      return "ship";
    },
  });
  return { asked, made: supervisor({ name: "team", agents: { a }, backend, ...more }) };
};

describe("a run that is left to others", () => {
  it("is carried out before those of a lower priority, and after those of its own that were left before", async () => {
    const backend = memory({ resumable: true });
    const { asked, made } = team(backend);
    const levels = [
      ["a", 0],
      ["b", -5],
      ["c", 10],
      ["d", 0],
      ["e", 10],
    ] as const;
    for (const [task, priority] of levels) await made.enqueue(task, { priority });
    expect((await made.resumeAll({ atOnce: 1 })).map(({ outcome }) => outcome?.status)).toEqual(
      levels.map(() => "complete"),
    );
    expect(asked).toEqual(["c", "e", "a", "d", "b"]);
    await expect(made.enqueue("f", { priority: 101 })).rejects.toThrow("from -100 to 100");
  });

  it("asks nobody, and is carried out by whoever goes on with the team's runs", async () => {
    const backend = memory({ resumable: true });
    const [first, other] = [team(backend), team(backend)];
    const { runId, isNew } = await first.made.enqueue("go", {
      tags: { from: "test" },
      tenant: "t",
    });
    expect(isNew).toBe(true);
    expect(backend.store.run(runId)).toMatchObject({
      status: "interrupted",
      tenant: "t",
      tags: { from: "test" },
    });
    expect(first.asked).toEqual([]);
    const [resumed] = await other.made.resumeAll();
    expect(resumed).toMatchObject({
      runId,
      outcome: { status: "complete", verdict: { winner: "ship" } },
    });
    expect([first.asked, other.asked]).toEqual([[], ["go"]]);
  });

  it("wakes who keeps going on with them, at once", async () => {
    const backend = memory({ resumable: true });
    const done = Promise.withResolvers<unknown>();
    const { made } = team(backend);
    await using _kept = made.keepResuming({
      everyMs: 3_600_000,
      onResumed: (run) => done.resolve(run),
    });
    await new Promise((resolve) => setImmediate(resolve));
    const { runId } = await made.enqueue("go");
    expect(await done.promise).toMatchObject({ runId, outcome: { status: "complete" } });
  });

  it("is one run under an id of the caller's own, and another task of that id is refused", async () => {
    const backend = memory({ resumable: true });
    const { made, asked } = team(backend);
    const all = await Promise.all([1, 2, 3].map(async () => made.enqueue("go", { runId: "mine" })));
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    await expect(made.enqueue("other", { runId: "mine" })).rejects.toMatchObject({
      code: "RUN_ID_TAKEN",
    });
    await expect(made.enqueue("go", { runId: "mine", tenant: "x" })).rejects.toMatchObject({
      code: "RUN_ID_TAKEN",
    });
    await made.resumeAll();
    expect(asked).toEqual(["go"]);
    expect(await made.enqueue("go", { runId: "mine" })).toEqual({ runId: "mine", isNew: false });
    // Also who waits for it.
    expect(await made.run("go", { runId: "mine" })).toMatchObject({ status: "complete" });
  });

  it("is one run where several processes leave it in one moment", async () => {
    const path = tempPath();
    const backends = Array.from({ length: 3 }, () => sqlite({ path }));
    const teams = backends.flatMap((backend) => [team(backend).made, team(backend).made]);
    const left = await Promise.all(
      teams.map(async (made) => made.enqueue("go", { runId: "mine" })),
    );
    expect(left.filter(({ isNew }) => isNew)).toHaveLength(1);
    await Promise.all(backends.map(async (backend) => backend.close()));
  });

  it("keeps the route that it was given, and refuses before anything is kept what a run refuses", async () => {
    const backend = memory({ resumable: true });
    const { made } = team(backend);
    await expect(made.enqueue("go", { route: ["nobody" as "a"] })).rejects.toMatchObject({
      code: "BAD_ROUTE",
    });
    await expect(made.enqueue("go", { budget: { usd: 1 } } as never)).rejects.toThrow(
      'no option "budget"',
    );
    await expect(made.enqueue("go", { runId: "" })).rejects.toMatchObject({ code: "BAD_OPTIONS" });
    await expect(team(memory()).made.enqueue("go")).rejects.toMatchObject({
      code: "NOT_RESUMABLE",
    });
    expect(backend.store.runs()).toEqual([]);
  });

  it("is refused where redact takes something out of its task: no other process could read it", async () => {
    const backend = memory({ resumable: true });
    const { made } = team(backend, { redact: ["secret"] });
    await expect(made.enqueue({ secret: "x" } as never)).rejects.toMatchObject({
      code: "NOT_RESUMABLE",
    });
    expect(backend.store.runs()).toEqual([]);
    expect(await made.enqueue({ open: "x" } as never)).toMatchObject({ isNew: true });
  });
});
