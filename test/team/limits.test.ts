import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, supervisor, type CallLimits } from "../../src/index.ts";
import { scripted, virtualClock, type Step } from "../../src/testing/index.ts";

const hangs: readonly Step[] = Array.from({ length: 5 }, () => ({ hangs: true }));

/** How long and how often a hanging agent is given a try, under limits in three places. */
async function tried(
  onSupervisor: CallLimits,
  onAgent: CallLimits,
  onRun: CallLimits,
): Promise<unknown> {
  const clock = virtualClock();
  const a = scripted("a", hangs, onAgent);
  const team = supervisor({ name: "team", agents: { a }, clock, ...onSupervisor });
  const running = team.run("task", onRun);
  await clock.advance(10_000_000);
  const { a: result } = (await running).results;
  return result.status === "failed"
    ? [result.error.message.match(/\d+/)?.[0], result.attempts]
    : result;
}

describe("limits", () => {
  it("are these where nothing is said", () => {
    expect(DEFAULT_LIMITS).toEqual({
      timeoutMs: 30_000,
      graceMs: 5_000,
      retries: 1,
      backoff: { baseMs: 500, maxMs: 30_000, maxRetryAfterMs: 60_000 },
      maxBytes: 4 * 1024 * 1024,
    });
    expect(Object.isFrozen(DEFAULT_LIMITS) && Object.isFrozen(DEFAULT_LIMITS.backoff)).toBe(true);
  });

  it("are those of the run, then of the agent, then of the supervisor, each on its own", async () => {
    expect(await tried({}, {}, {})).toEqual(["30000", 2]);
    expect(await tried({ timeoutMs: 1, retries: 2 }, {}, {})).toEqual(["1", 3]);
    expect(await tried({ timeoutMs: 1, retries: 2 }, { timeoutMs: 2 }, {})).toEqual(["2", 3]);
    expect(
      await tried({ timeoutMs: 1, retries: 2 }, { timeoutMs: 2, retries: 3 }, { timeoutMs: 3 }),
    ).toEqual(["3", 4]);
    expect(await tried({ timeoutMs: 1 }, { timeoutMs: 2 }, { retries: 0 })).toEqual(["2", 1]);
    expect(await tried({}, {}, { timeoutMs: undefined as never, retries: 0 })).toEqual([
      "30000",
      1,
    ]);
  });

  it("of back-off are merged part by part", async () => {
    const clock = virtualClock();
    const retryable = { error: { retryable: true, retryAfterMs: 500 } };
    const a = scripted("a", [retryable, retryable], { backoff: { baseMs: 0 } });
    const team = supervisor({
      name: "team",
      agents: { a },
      clock,
      backoff: { maxRetryAfterMs: 499 },
    });
    const running = team.run("task");
    await clock.advance(10_000);
    expect((await running).results.a).toMatchObject({ attempts: 1 });
  });

  it("of a nested supervisor's agents are their own team's, and those of the run", async () => {
    const clock = virtualClock();
    const a = scripted("a", hangs);
    const inner = supervisor({ name: "inner", agents: { a }, timeoutMs: 7, retries: 0 });
    const outer = supervisor({
      name: "outer",
      agents: { inner } as never,
      timeoutMs: 100,
      retries: 3,
      clock,
    });
    const first = outer.run("task" as never);
    await clock.advance(1_000);
    expect((await first).results["inner"]).toMatchObject({ durationMs: 7 });
    const second = outer.run("task" as never, { timeoutMs: 9 });
    await clock.advance(1_000);
    expect((await second).results["inner"]).toMatchObject({ durationMs: 9 });
  });

  it("of a run that cannot work are refused before anything is asked", async () => {
    const a = scripted("a", []);
    const team = supervisor({ name: "team", agents: { a } });
    for (const options of [
      { timeoutMs: 0 },
      { retries: -1 },
      { concurrency: 0 },
      { graceMs: -1 },
      { maxBytes: 0 },
    ]) {
      await expect(team.run("task", options)).rejects.toMatchObject({
        code: "BAD_OPTIONS",
        message: expect.stringContaining('a run of supervisor "team"'),
      });
    }
    expect(await team.backend.store.runs()).toEqual([]);
  });

  it("of size count for outputs, before they are kept", async () => {
    const a = scripted("a", [{ output: "x".repeat(200) }], { maxBytes: 100 });
    const b = scripted("b", [{ output: "x".repeat(50) }], { maxBytes: 100 });
    expect(await supervisor({ name: "team", agents: { a, b } }).run("task")).toMatchObject({
      results: {
        a: { status: "failed", attempts: 1, error: { code: "OUTPUT_TOO_LARGE" } },
        b: { status: "ok" },
      },
    });
  });
});
