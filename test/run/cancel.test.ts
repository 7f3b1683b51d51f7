import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { agent, supervisor, type RunEvent } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";

const types = (events: readonly RunEvent[]): string[] => events.map(({ type }) => type);

describe("a caller who cancels", () => {
  it("before the run gets the reason, and nothing happens", async () => {
    const a = scripted("a", []);
    const team = supervisor({ name: "team", agents: { a } });
    const reason = { why: "enough" };
    await expect(team.run("task", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await team.backend.store.runs()).toEqual([]);
    a.assertComplete();
  });

  it("during the run gets the reason once all have stopped, and so do the agents", async () => {
    const clock = virtualClock();
    const a = scripted("a", [{ hangs: true }]);
    let stoppedAtMs = 0;
    let heard: unknown;
    const b = agent({
      name: "b",
      run: (_: unknown, { signal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            heard = signal.reason;
            clock.timer(700, () => {
              stoppedAtMs = clock.monotonic();
              reject(new Error("stopped at last"));
            });
          });
        }),
    });
    const done = scripted("done", [{ output: 1 }]);
    const never = scripted("never", [], { needs: { a } });
    const team = supervisor({ name: "team", agents: { a, b, done, never }, clock });
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal, runId: "run" });
    let settled = false;
    void running
      .catch(() => {})
      .finally(() => {
        settled = true;
      });
    await clock.advance(10);
    const reason = new Error("enough");
    controller.abort(reason);
    await clock.advance(699);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(settled).toBe(true);
    await expect(running).rejects.toBe(reason);
    expect([heard, stoppedAtMs]).toEqual([reason, 710]);
    const log = (await team.backend.store.read("run")) as readonly RunEvent[];
    expect(log.at(-1)).toMatchObject({ type: "run.cancelled", reason: "enough" });
    expect(types(log)).not.toContain("run.finished");
    expect((await team.backend.store.runs())[0]).toMatchObject({ status: "cancelled" });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    never.assertComplete();
  });

  it("waits at most graceMs for those that are deaf, and they are abandoned", async () => {
    const clock = virtualClock();
    const deaf = scripted("deaf", [{ hangs: true, deaf: true }]);
    const deafer = scripted("deafer", [{ hangs: true, deaf: true }], { graceMs: 200 });
    const team = supervisor({ name: "team", agents: { deaf, deafer }, clock });
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal, runId: "run" });
    const settledAt = running.catch(() => clock.monotonic());
    await clock.advance(10);
    controller.abort("enough");
    await clock.advance(20_000);
    expect(await settledAt).toBe(5_010);
    const log = (await team.backend.store.read("run")) as readonly RunEvent[];
    expect(types(log).slice(-3)).toEqual(["call.abandoned", "call.abandoned", "run.cancelled"]);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("after the run changes nothing", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const team = supervisor({ name: "team", agents: { a } });
    const controller = new AbortController();
    const { runId } = await team.run("task", { signal: controller.signal });
    controller.abort("enough");
    expect(types(await team.backend.store.read(runId)).at(-1)).toBe("run.finished");
    expect(a.calls[0]?.aborted).toBe(false);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "enough"],
    ["an error without message", new Error("")],
    ["a symbol", Symbol("enough")],
  ])("with %s is rejected with just that", async (_, reason) => {
    const hangs = scripted("hangs", [{ hangs: true, deaf: true }], { graceMs: 0 });
    const team = supervisor({ name: "team", agents: { hangs } });
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal, runId: "run" });
    controller.abort(reason);
    const [settled] = await Promise.allSettled([running]);
    expect(settled.status === "rejected" && settled.reason === controller.signal.reason).toBe(true);
    const last = (await team.backend.store.read("run")).at(-1);
    if (last !== undefined)
      expect(last).toMatchObject({ type: "run.cancelled", reason: expect.any(String) });
  });

  it("hears no answer of an agent that answers nevertheless", async () => {
    const clock = virtualClock();
    const late = scripted("late", [{ output: 1, afterMs: 100, deaf: true }], { clock });
    const team = supervisor({ name: "team", agents: { late }, clock });
    const controller = new AbortController();
    const running = team.run("task", { signal: controller.signal, runId: "run" });
    const rejected = rejection(running);
    await clock.advance(10);
    controller.abort("enough");
    await clock.advance(1_000);
    expect(await rejected).toBe("enough");
    expect(types(await team.backend.store.read("run"))).not.toContain("call.succeeded");
  });

  it("leaves no listener on the signal, however the run ends", async () => {
    const clock = virtualClock();
    const { signal } = new AbortController();
    const steps = [
      { output: 1 },
      { error: Object.assign(new Error("no"), { retryable: false }) },
      { output: 2 },
      { output: 3 },
      { output: 4 },
    ];
    const a = scripted("a", steps);
    const team = supervisor({ name: "team", agents: { a }, clock });
    await team.run("task", { signal });
    await team.run("task", { signal });
    await team.run("task", { signal, timeoutMs: 5 });
    await expect(team.run(() => 1, { signal })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(team.run("task", { signal, route: [] })).rejects.toMatchObject({
      code: "BAD_ROUTE",
    });
    await expect(team.run("task", { signal, retries: -1 })).rejects.toMatchObject({
      code: "BAD_OPTIONS",
    });
    const streamed: string[] = [];
    for await (const { type } of team.stream("task", { signal })) streamed.push(type);
    expect(streamed.at(-1)).toBe("run.finished");
    for await (const outcome of team.runMany(["task"], { signal }))
      expect(outcome.error).toBeUndefined();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    a.assertComplete();
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("of one run does not touch another", async () => {
    const clock = virtualClock();
    const a = scripted(
      "a",
      [
        { output: 1, afterMs: 50 },
        { output: 2, afterMs: 50 },
      ],
      { clock },
    );
    const team = supervisor({ name: "team", agents: { a }, clock });
    const controller = new AbortController();
    const cancelled = rejection(team.run(1, { signal: controller.signal }));
    const kept = team.run(2);
    await clock.advance(10);
    controller.abort("enough");
    await clock.advance(100);
    expect(await cancelled).toBe("enough");
    expect((await kept).status).toBe("complete");
    expect(a.calls.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});
