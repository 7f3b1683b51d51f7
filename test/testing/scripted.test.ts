import { describe, expect, it } from "vitest";
import { type AgentContext } from "../../src/describe/agent.ts";
import { isWorker } from "../../src/describe/worker.ts";
import { supervisor } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

function contextOf(signal: AbortSignal): AgentContext<never> {
  return {
    signal,
    attempt: 1,
    issues: [],
    idempotencyKey: "k",
    runId: "run",
    callId: "a",
  } as unknown as AgentContext<never>;
}

describe("a scripted agent", () => {
  it("answers step by step in a real team, and tells what it was asked", async () => {
    const clock = virtualClock();
    const security = scripted(
      "security",
      [{ error: Object.assign(new Error("later"), { retryable: true }) }, { output: "ship" }],
      { retries: 1 },
    );
    const team = supervisor({ name: "gate", agents: { security }, clock });
    const running = team.run({ diff: "+1" });
    await clock.advance(60_000);
    expect(await running).toMatchObject({
      status: "complete",
      results: { security: { output: "ship", attempts: 2 } },
    });
    expect(security.calls).toMatchObject([
      { task: { diff: "+1" }, attempt: 1, callId: "security" },
      { task: { diff: "+1" }, attempt: 2, callId: "security" },
    ]);
    security.assertComplete();
  });

  it("takes its time on the clock, and is told to stop by a timeout", async () => {
    const clock = virtualClock();
    const slow = scripted("slow", [{ afterMs: 100, output: 1 }], {
      clock,
      timeoutMs: 50,
      retries: 0,
    });
    const quick = scripted("quick", [{ afterMs: 49, output: 2 }], { clock, timeoutMs: 50 });
    const running = supervisor({ name: "gate", agents: { slow, quick }, clock }).run("task");
    await clock.advance(200);
    const { results } = await running;
    expect(results.slow).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
    expect(results.quick).toMatchObject({ status: "ok", output: 2 });
    expect([slow.calls[0]?.aborted, quick.calls[0]?.aborted]).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });

  it("hangs until it is told to stop, and when deaf for ever", async () => {
    const hangs = scripted("hangs", [{ hangs: true }]);
    const stop = new AbortController();
    const hanging = hangs.run("task" as never, contextOf(stop.signal));
    stop.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");

    const clock = virtualClock();
    const deaf = scripted(
      "deaf",
      [
        { afterMs: 10, output: "late", deaf: true },
        { hangs: true, deaf: true },
      ],
      { clock },
    );
    const late = deaf.run("task" as never, contextOf(stop.signal));
    await clock.advance(10);
    expect(await late).toBe("late");
    const never = deaf.run("task" as never, contextOf(stop.signal)) as Promise<unknown>;
    expect(await Promise.race([never, Promise.resolve("still hanging")])).toBe("still hanging");
  });

  it("fails an attempt that its script does not have, and says so afterwards", async () => {
    const clock = virtualClock();
    const security = scripted("security", [{ output: 1 }]);
    const team = supervisor({ name: "gate", agents: { security }, clock });
    expect(await team.run("first")).toMatchObject({ status: "complete" });
    security.assertComplete();
    expect(await team.run("second")).toMatchObject({
      results: { security: { status: "failed", attempts: 1 } },
    });
    expect(() => security.assertComplete()).toThrow(
      "security was asked 2 times, and its script has only 1 steps.",
    );
  });

  it("fails on steps that were never used", () => {
    const security = scripted("security", [{ output: 1 }, { output: 2 }]);
    expect(() => security.assertComplete()).toThrow(
      "security was asked 0 times, and its script has 2 steps.",
    );
  });

  it("is an agent like any other, checked like one", () => {
    expect(isWorker(scripted("a", []))).toBe(true);
    expect(() => scripted("a/b", [])).toThrow(expect.objectContaining({ code: "BAD_OPTIONS" }));
    expect(() => scripted("a", [{ afterMs: 1, output: 1 }])).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});
