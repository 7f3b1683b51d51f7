import { growth } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type Agent, type Clock } from "../../src/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";

/** Counts who works at the same time, and who came when. */
function meter(clock: Clock) {
  const seen = { inFlight: 0, most: 0, order: [] as string[] };
  const worker = (name: string, workMs: number | (() => number)): Agent<string, unknown, string> =>
    agent({
      name,
      run: async (task: unknown) => {
        seen.order.push(`${name} of ${String(task)}`);
        seen.most = Math.max(seen.most, ++seen.inFlight);
        const ms = typeof workMs === "number" ? workMs : workMs();
        await new Promise<void>((resolve) => clock.timer(ms, resolve));
        seen.inFlight--;
        return name;
      },
    });
  return { seen, worker };
}

const byName = (workers: readonly Agent[]): Record<string, Agent> =>
  Object.fromEntries(workers.map((one) => [one.name, one]));

describe("at most so many attempts are in flight", () => {
  it("8 where nobody said otherwise, over all runs, in the order of arrival", async () => {
    const clock = virtualClock();
    const { seen, worker } = meter(clock);
    const team = supervisor({
      name: "team",
      agents: byName([worker("a", 10), worker("b", 10), worker("c", 10)]),
      clock,
    });
    const runs = Array.from({ length: 10 }, (_, n) => team.run(n as never));
    await clock.advance(9);
    expect(seen.inFlight).toBe(8);
    await clock.advance(100);
    await Promise.all(runs);
    expect(seen.most).toBe(8);
    expect(seen.order).toEqual(runs.flatMap((_, n) => [`a of ${n}`, `b of ${n}`, `c of ${n}`]));
    expect(clock.monotonic()).toBe(109);
  });

  it("by the times of the log too, whether attempts answer or fail", async () => {
    // Time passes whenever somebody looks: between the end of an attempt and its event, too.
    let reads = 0;
    const clock: Clock = { ...virtualClock(), monotonic: () => ++reads };
    const backend = memory();
    const agents = Array.from({ length: 20 }, (_, index) =>
      agent({
        name: `a${index}`,
        run: () => {
          if (index % 2 === 0) throw new Error("no");
          return "yes";
        },
      }),
    );
    const team = supervisor({
      name: "team",
      agents: byName(agents as unknown as readonly Agent[]),
      concurrency: 3,
      retries: 0,
      clock,
      backend,
    });
    const { runId } = await team.run({} as never);
    const ended: ReadonlySet<string> = new Set(["call.succeeded", "call.failed"]);
    const changes = (await backend.store.read(runId))
      .filter(({ type }) => type === "call.started" || ended.has(type))
      .map(({ type, atMs }) => ({ atMs, by: ended.has(type) ? -1 : 1 }))
      .toSorted((a, b) => a.atMs - b.atMs || a.by - b.by);
    expect(changes).toHaveLength(40);
    let inFlight = 0;
    const most = Math.max(...changes.map(({ by }) => (inFlight += by)));
    expect(most).toBe(3);
  });

  it("over the runs of a nested supervisor, whoever asks it, and of all that is nested in a root", async () => {
    const clock = virtualClock();
    const outer = meter(clock);
    const inner = meter(clock);
    const shared = supervisor({
      name: "shared",
      concurrency: 2,
      agents: byName(["x", "y", "z"].map((name) => inner.worker(name, 10))),
    });
    const root = (name: string) =>
      supervisor({
        name,
        concurrency: 4,
        agents: {
          ...byName(["a", "b", "c", "d", "e"].map((one) => outer.worker(one, 10))),
          shared,
        } as never,
        clock,
      });
    const roots = [root("one"), root("two")];
    const runs = roots.flatMap((one) => [one.run(1 as never), one.run(2 as never)]);
    await clock.advance(1_000);
    for (const outcome of await Promise.all(runs)) expect(outcome.status).toBe("complete");
    expect(inner.seen.most).toBe(2);
    expect(outer.seen.most).toBeLessThanOrEqual(8);
  });

  it("for a run of its own, besides those of its supervisor", async () => {
    const clock = virtualClock();
    const { seen, worker } = meter(clock);
    const team = supervisor({
      name: "team",
      concurrency: 3,
      agents: byName(["a", "b", "c", "d"].map((name) => worker(name, 10))),
      clock,
    });
    const run = team.run(0 as never, { concurrency: 1 });
    await clock.advance(5);
    expect(seen.most).toBe(1);
    const others = [team.run(1 as never, { concurrency: 100 })];
    await clock.advance(100);
    await Promise.all([run, ...others]);
    expect(seen.most).toBe(3);
  });

  it("in every order in which agents may end, over several runs and a nested team", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom("answers", "fails", "cancelled"), { minLength: 1, maxLength: 4 }),
        async (scheduler, outerLimit, innerLimit, fates) => {
          const count = { outer: 0, inner: 0 };
          const most = { outer: 0, inner: 0 };
          const worker = (
            name: string,
            place: "outer" | "inner",
          ): Agent<string, unknown, unknown> =>
            agent({
              name,
              retries: 0,
              timeoutMs: Infinity,
              run: async (task: unknown) => {
                count.outer++;
                if (place === "inner") count.inner++;
                most.outer = Math.max(most.outer, count.outer);
                most.inner = Math.max(most.inner, count.inner);
                await scheduler.schedule(Promise.resolve(), name);
                count.outer--;
                if (place === "inner") count.inner--;
                if (task === "fails") throw new Error("no");
                return name;
              },
            });
          const inner = supervisor({
            name: "inner",
            concurrency: innerLimit,
            agents: byName([worker("x", "inner"), worker("y", "inner"), worker("z", "inner")]),
          });
          const team = supervisor({
            name: "team",
            concurrency: outerLimit,
            clock: virtualClock(),
            agents: { ...byName([worker("a", "outer"), worker("b", "outer")]), inner } as never,
          });
          const controllers = fates.map(() => new AbortController());
          const runs = fates.map((fate, n) =>
            team.run(fate as never, {
              signal: controllers[n]?.signal ?? new AbortController().signal,
            }),
          );
          const settled = Promise.allSettled(runs);
          for (const [n, fate] of fates.entries()) {
            if (fate !== "cancelled") continue;
            void scheduler
              .schedule(Promise.resolve(), `cancel ${n}`)
              .then(() => controllers[n]?.abort("enough"));
          }
          await scheduler.waitFor(settled);
          expect(most.outer).toBeLessThanOrEqual(outerLimit);
          expect(most.inner).toBeLessThanOrEqual(Math.min(innerLimit, outerLimit));
          expect(count).toEqual({ outer: 0, inner: 0 });
          // Nothing has been lost: the next run gets all of its slots.
          const last = team.run("answers" as never);
          await scheduler.waitFor(last);
          expect((await last).status).toBe("complete");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("nothing is held", () => {
  it("while a call backs off", async () => {
    const clock = virtualClock();
    const flaky = scripted("flaky", [
      { error: { retryable: true, retryAfterMs: 1_000 } },
      { output: 1 },
    ]);
    const other = scripted("other", [{ output: 2 }]);
    const running = supervisor({
      name: "team",
      agents: { flaky, other },
      clock,
      concurrency: 1,
    }).run("task");
    await clock.advance(0);
    expect(other.calls).toHaveLength(1);
    await clock.advance(1_000);
    expect((await running).status).toBe("complete");
  });

  it("by a run that was cancelled while its agents stood in the queue", async () => {
    const clock = virtualClock();
    const { seen, worker } = meter(clock);
    const team = supervisor({
      name: "team",
      agents: byName([worker("a", 10), worker("b", 10)]),
      clock,
      concurrency: 1,
    });
    const controller = new AbortController();
    const first = team.run("first" as never);
    const cancelled = team.run("cancelled" as never, { signal: controller.signal });
    const third = team.run("third" as never);
    controller.abort("enough");
    await expect(cancelled).rejects.toBe("enough");
    await clock.advance(40);
    await Promise.all([first, third]);
    expect(seen.order).toEqual(["a of first", "b of first", "a of third", "b of third"]);
  });

  it("by a nested supervisor itself: three levels finish with one slot", async () => {
    const clock = virtualClock();
    const { seen, worker } = meter(clock);
    const level = (name: string, agents: Parameters<typeof supervisor>[0]["agents"]) =>
      supervisor({ name, concurrency: 1, agents: agents as never, clock });
    const third = level("third", byName([worker("e", 10), worker("f", 10)]));
    const second = level("second", { ...byName([worker("c", 10), worker("d", 10)]), third });
    const first = level("first", { second, ...byName([worker("a", 10), worker("b", 10)]) });
    const running = first.run("task" as never);
    await clock.advance(60);
    expect((await running).status).toBe("complete");
    expect(seen.most).toBe(1);
    expect(seen.order).toHaveLength(6);
  });

  it("with work in proportion to the number of runs that wait in line for one slot", async () => {
    const line = async (runs: number): Promise<void> => {
      const clock = virtualClock();
      const quick = agent({ name: "quick", run: async () => 1 });
      const team = supervisor({ name: "team", agents: { quick }, clock, concurrency: 1 });
      await Promise.all(Array.from({ length: runs }, (_, n) => team.run(n)));
    };
    expect(await growth(2_000, line)).toBeLessThan(2.2);
  });
});
