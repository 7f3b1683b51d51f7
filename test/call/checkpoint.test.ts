import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const checkpointsIn = (events: readonly RunEvent[]): readonly unknown[] =>
  events.flatMap((event) => (event.type === "call.checkpointed" ? [event.value] : []));

/** A run whose process dies when its agent has said how far it is, and another one that goes on with it. */
async function diesAfter(value: unknown, more: object = {}) {
  const store = memory({ resumable: true }).store;
  const seen: unknown[] = [];
  let dead = false;
  const mortal: Store = {
    ...store,
    append(events, fence) {
      if (dead) throw new Error("dead");
      return store.append(events, fence);
    },
  };
  const a = agent({
    name: "a",
    retries: 0,
    run: (_task: string, { checkpoint, checkpointed }) => {
      seen.push(checkpointed);
      if (seen.length > 1) return "done";
      checkpoint("first of all");
      checkpoint(value);
      dead = true;
      return "lost";
    },
  });
  const teamIn = (where: Store) =>
    supervisor({ name: "team", agents: { a }, backend: { store: where }, ...more });
  await rejection(teamIn(mortal).run("task", { runId: "run" }));
  const outcome = await teamIn(store).resume("run");
  return { seen, outcome, events: await store.read("run") };
}

describe("what an agent says of how far it is", () => {
  it("is kept, and handed back when the attempt is made again since its process has died", async () => {
    const { seen, outcome, events } = await diesAfter({ id: 7 });
    expect(outcome.results.a).toMatchObject({ status: "ok", output: "done", attempts: 1 });
    expect(seen).toEqual([undefined, { id: 7 }]);
    expect(checkpointsIn(events)).toEqual(["first of all", { id: 7 }]);
  });

  it("is not handed back where redact has taken something out of it", async () => {
    const { seen, events } = await diesAfter({ token: "hush" }, { redact: ["token"] });
    expect(checkpointsIn(events)).toEqual(["first of all", { token: "[redacted]" }]);
    expect(seen).toEqual([undefined, "first of all"]);
  });

  it("is forgotten by a repetition, which begins anew", async () => {
    const clock = virtualClock();
    const seen: unknown[] = [];
    const a = agent({
      name: "a",
      retries: 1,
      run: (_task: string, { attempt, checkpoint, checkpointed }) => {
        seen.push(checkpointed);
        checkpoint({ attempt });
        if (attempt === 1) throw new Error("no");
        return "done";
      },
    });
    const running = supervisor({ name: "team", agents: { a }, clock }).run("task");
    await clock.advance(60_000);
    expect((await running).status).toBe("complete");
    expect(seen).toEqual([undefined, undefined]);
  });

  it.each([
    ["no JSON", () => 1, "OUTPUT_NOT_JSON"],
    ["undefined", undefined, "OUTPUT_NOT_JSON"],
    ["larger than 64 KiB", "x".repeat(70_000), "OUTPUT_TOO_LARGE"],
  ])("is refused where it is %s", async (_, value, code) => {
    const a = agent({
      name: "a",
      retries: 0,
      run: (_task: string, { checkpoint }) => checkpoint(value),
    });
    const { results } = await supervisor({ name: "team", agents: { a } }).run("task");
    expect(results.a).toMatchObject({ status: "failed", error: { code } });
  });

  it("is not kept of an attempt that has been given up", async () => {
    const clock = virtualClock();
    const store = memory().store;
    const a = agent({
      name: "a",
      retries: 0,
      timeoutMs: 10,
      run: async (_task: string, { checkpoint }) => {
        await new Promise<void>((resolve) => clock.timer(50, resolve));
        checkpoint("late");
      },
    });
    const slow = agent({
      name: "slow",
      run: (_task: string) => new Promise<void>((resolve) => clock.timer(90, resolve)),
    });
    const running = supervisor({
      name: "team",
      agents: { a, slow },
      clock,
      backend: { store },
    }).run("task");
    await clock.advance(100);
    const { runId } = await running;
    expect(checkpointsIn(await store.read(runId))).toEqual([]);
  });

  it.each([
    ["listens to its signal", true],
    ["is deaf, and answers", false],
  ])(
    "is kept between the cancellation of its run and its end, of one that %s",
    async (_, listens) => {
      const clock = virtualClock();
      const backend = memory({ resumable: true, clock });
      const controller = new AbortController();
      let begun = 0;
      const a = agent({
        name: "a",
        run: async (_task: string, { checkpoint, checkpointed, signal }) => {
          if (checkpointed !== undefined) return checkpointed;
          const id = ++begun;
          await new Promise<void>((resolve) => clock.timer(50, resolve));
          checkpoint({ id });
          if (listens) signal.throwIfAborted();
          return { id };
        },
      });
      const team = supervisor({ name: "team", agents: { a }, backend, clock });
      const cancelled = rejection(team.run("task", { runId: "run", signal: controller.signal }));
      await clock.advance(10);
      controller.abort(new Error("stop"));
      await clock.advance(100);
      await cancelled;
      expect((await team.resume("run")).results.a).toMatchObject({ output: { id: 1 } });
      expect(begun).toBe(1);
    },
  );

  it("is not kept of one that does not stop within its grace", async () => {
    const clock = virtualClock();
    const backend = memory({ resumable: true, clock });
    const controller = new AbortController();
    const a = agent({
      name: "a",
      graceMs: 20,
      run: async (_task: string, { checkpoint }) => {
        await new Promise<void>((resolve) => clock.timer(50, resolve));
        checkpoint("late");
      },
    });
    const team = supervisor({ name: "team", agents: { a }, backend, clock });
    const cancelled = rejection(team.run("task", { runId: "run", signal: controller.signal }));
    await clock.advance(10);
    controller.abort(new Error("stop"));
    await clock.advance(100);
    await cancelled;
    expect(checkpointsIn(await backend.store.read("run"))).toEqual([]);
  });
});
