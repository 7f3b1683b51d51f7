import { describe, expect, it } from "vitest";
import {
  agent,
  limiters,
  memory,
  supervisor,
  type Agent,
  type Backend,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

const WORK_MS = 100;

/** An agent that asks a provider which takes so many requests at once, and turns others away. */
function asking(clock: VirtualClock, atOnce: number) {
  const seen = { requests: 0, inFlight: 0, most: 0, answered: new Array<number>() };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.timer(ms, resolve));
  const one = agent({
    name: "one",
    run: async (task: number) => {
      seen.requests++;
      if (seen.inFlight >= atOnce)
        throw Object.assign(new Error("too many"), { status: 429, retryAfterMs: WORK_MS });
      seen.most = Math.max(seen.most, ++seen.inFlight);
      await pause(WORK_MS);
      seen.inFlight--;
      seen.answered.push(task);
      return task;
    },
  });
  return { one, seen };
}

const teamOf = (
  one: Agent<"one", number, number, number>,
  backend: Backend,
  clock: VirtualClock,
  name = "team",
) => supervisor({ name, agents: { one }, concurrency: 40, backend, clock });

async function settled<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  await clock.advance(600_000);
  return work;
}

describe("an agent that names no limiter", () => {
  it("is asked no more at once than its provider takes, once that has turned attempts away", async () => {
    const clock = virtualClock();
    const { one, seen } = asking(clock, 4);
    const team = teamOf(one, memory({ clock }), clock);
    const runs = Array.from({ length: 400 }, (_, n) => team.run(n));
    const outcomes = await settled(clock, Promise.all(runs));
    expect(outcomes.map(({ results }) => results.one.status)).toEqual(runs.map(() => "ok"));
    expect(seen.most).toBe(4);
    // Forty of them had begun when the first was turned away.
    expect(seen.requests).toBeLessThan(1.25 * runs.length);
  });

  it("is kept from its provider for as long as that asks, in all teams of its backend", async () => {
    const clock = virtualClock();
    const backend = memory({ clock });
    const begun: number[] = [];
    const one = agent({
      name: "one",
      run: (task: number) => {
        begun.push(clock.monotonic());
        if (begun.length === 1)
          throw Object.assign(new Error("too many"), { status: 429, retryAfterMs: 5_000 });
        return task;
      },
    });
    const [first, second] = [teamOf(one, backend, clock), teamOf(one, backend, clock, "other")];
    const away = first.run(1);
    await clock.advance(0);
    const later = second.run(2, { timeoutMs: 90_000 });
    await clock.advance(4_999);
    expect(begun).toEqual([0]);
    const [, { runId }] = await settled(clock, Promise.all([away, later]));
    expect(begun.every((atMs) => atMs === 0 || atMs >= 5_000)).toBe(true);
    const log = (await backend.store.read(runId)) as readonly RunEvent[];
    expect(log.find(({ type }) => type === "call.queued")).toMatchObject({
      waitsFor: { kind: "limiter", name: "one" },
    });
    expect(limiters(backend)).toEqual({});
  });

  it("lets runs take turns, so that one with many calls does not starve one with few", async () => {
    const clock = virtualClock();
    const { one, seen } = asking(clock, 1);
    const backend = memory({ clock });
    const partsOf = (many: number) =>
      Object.fromEntries(
        Array.from({ length: many }, (_, n) => [
          `part-${n}`,
          teamOf(one, backend, clock, `part-${n}`),
        ]),
      );
    const shared = { concurrency: 40, backend, clock } as const;
    const big = supervisor({ name: "big", agents: partsOf(40), ...shared });
    const small = supervisor({ name: "small", agents: partsOf(4), mode: "sequence", ...shared });
    // Both have begun when the first call is turned away.
    const atMost = { deadlineMs: 600_000, timeoutMs: 600_000 };
    await settled(clock, Promise.all([big.run(1, atMost), small.run(2, atMost)]));
    expect(seen.answered).toHaveLength(44);
    expect(seen.answered.lastIndexOf(2)).toBeLessThan(30);
  });

  it("keeps no other agent waiting", async () => {
    const clock = virtualClock();
    const busy = agent({
      name: "busy",
      run: (_task: number, { attempt }) => {
        if (attempt > 1) return 1;
        throw Object.assign(new Error("too many"), { status: 429, retryAfterMs: 5_000 });
      },
    });
    const idle = agent({ name: "idle", run: () => clock.monotonic() });
    const team = supervisor({ name: "team", agents: { busy, idle }, mode: "sequence", clock });
    const others = supervisor({ name: "others", agents: { idle }, clock });
    const running = team.run(1);
    await clock.advance(0);
    expect((await others.run(1)).results.idle).toMatchObject({ output: 0 });
    expect((await settled(clock, running)).results.busy).toMatchObject({ attempts: 2 });
  });

  it("learns at each of its tiers by itself", async () => {
    const clock = virtualClock();
    const begun: string[] = [];
    const one = agent({
      name: "one",
      escalateIf: [() => true],
      run: (task: unknown, { tier }) => {
        begun.push(`${tier} at ${clock.monotonic()}`);
        if (begun.length !== 2) return task;
        throw Object.assign(new Error("too many"), { status: 429, retryAfterMs: 5_000 });
      },
    });
    const tiers = { small: "s", large: "l" };
    const team = supervisor({ name: "team", agents: { one }, tiers, clock });
    const first = team.run(1);
    await clock.advance(1_000);
    const second = team.run(2);
    await settled(clock, Promise.all([first, second]));
    expect(begun.slice(0, 3)).toEqual(["small at 0", "large at 0", "small at 1000"]);
    expect(begun.slice(3)).toEqual([
      expect.stringMatching(/^large at 5/),
      expect.stringMatching(/^large at 5/),
    ]);
  });

  it("may ask itself within its attempt, also when it has learned that one at a time is enough", async () => {
    const clock = virtualClock();
    let asked = 0;
    const deep: Agent<"deep", number, number, number> = agent({
      name: "deep",
      run: async (left: number) => {
        if (++asked === 1)
          throw Object.assign(new Error("too many"), { status: 429, retryAfterMs: 1_000 });
        if (left === 0) return 0;
        const { results } = await team.run(left - 1);
        return results.deep.status === "ok" ? results.deep.output + 1 : Number.NaN;
      },
    });
    const team = supervisor({ name: "team", agents: { deep }, clock });
    const { results } = await settled(clock, team.run(3));
    expect(results.deep).toMatchObject({ status: "ok", output: 3 });
  });
});
