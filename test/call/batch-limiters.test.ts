import { describe, expect, it } from "vitest";
import {
  agent,
  limiters,
  supervisor,
  type LimiterState,
  type Supervisor,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { upTo } from "./batching.ts";

/** How the limiter of a team stands. */
const standing = ({ backend }: Pick<Supervisor, "backend">): LimiterState | undefined =>
  limiters(backend)["provider"];

const away = (): Error =>
  Object.assign(new Error("slow down"), { status: 429, retryAfterMs: 1_000 });

const failing = (status: number): Error => Object.assign(new Error("down"), { status });

describe("limiters of a batch", () => {
  it.each<[string, boolean, (task: number) => unknown, readonly number[]]>([
    ["an error in place of one answer", false, (task) => (task === 2 ? away() : task), [2]],
    ["an error in place of one answer", true, (task) => (task === 2 ? away() : task), [2]],
    [
      "one rejected promise",
      true,
      async (task) => (task === 2 ? Promise.reject(away()) : task),
      [2],
    ],
    ["promises that are all rejected", false, () => Promise.reject(away()), [1, 2, 3]],
    ["promises that are all rejected", true, () => Promise.reject(away()), [1, 2, 3]],
  ])(
    "are told of %s that was turned away, and it queues again (named: %s)",
    async (_, isNamed, answer, again) => {
      const clock = virtualClock();
      const asked: (readonly number[])[] = [];
      const a = agent({
        name: "a",
        retries: 0,
        ...(isNamed && { limiters: ["provider"] }),
        run: (task: number): unknown => (asked.push([task]), task),
        batch: {
          run: (tasks): readonly unknown[] => {
            asked.push(tasks);
            return asked.length > 1 ? tasks : tasks.map(answer);
          },
        },
      });
      const named = { provider: { concurrency: 8 } };
      const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
      const running = upTo(3).map((task) => team.run(task));
      await clock.advance(0);
      if (isNamed) expect(standing(team)).toMatchObject({ limit: 1 });
      await clock.advance(5_000);
      const outcomes = await Promise.all(running);
      expect(outcomes.map(({ results }) => results.a)).toMatchObject(
        upTo(3).map((output) => ({ status: "ok", output })),
      );
      expect(asked).toEqual([upTo(3), again]);
      for (const [at, { runId }] of outcomes.entries()) {
        const log = await team.backend.store.read(runId);
        const times = again.includes(at + 1) ? 1 : 0;
        expect(log.filter(({ type }) => type === "call.requeued")).toHaveLength(times);
      }
      expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
    },
  );

  it("take promises that are all rejected for a failure", async () => {
    const clock = virtualClock();
    const named = { provider: { breaker: { failures: 1, cooldownMs: 60_000 } } };
    const a = agent({
      name: "a",
      retries: 0,
      limiters: ["provider"],
      run: (_task: number): unknown => undefined,
      batch: { run: (tasks) => tasks.map(() => Promise.reject(failing(500))) },
    });
    const team = supervisor({ name: "team", agents: { a }, limiters: named, clock });
    await Promise.all([1, 2].map((task) => team.run(task)));
    expect(standing(team)?.breaker).toBe("open");
  });
});
