import { describe, expect, it } from "vitest";
import { agent, supervisor, type Outcome } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { collected } from "../team/collected.ts";
import { rejection } from "../team/rejection.ts";

/** A team of one that takes as many ms as its task says, and counts. */
function team(options: object = {}) {
  const clock = virtualClock();
  const seen = { asked: [] as unknown[], inFlight: 0, most: 0, aborted: 0 };
  const echo = agent({
    name: "echo",
    retries: 0,
    run: async (task: unknown, { signal }) => {
      seen.asked.push(task);
      seen.most = Math.max(seen.most, ++seen.inFlight);
      signal.addEventListener("abort", () => seen.aborted++);
      try {
        const ms = typeof task === "number" ? task : 1;
        await new Promise<void>((resolve, reject) => {
          const timer = clock.timer(ms, resolve);
          signal.addEventListener("abort", () => {
            timer[Symbol.dispose]();
            reject(signal.reason);
          });
        });
        if (task === "fails") throw new Error("no");
        return task;
      } finally {
        seen.inFlight--;
      }
    },
  });
  return { clock, seen, made: supervisor({ name: "team", agents: { echo }, clock, ...options }) };
}

function* counting(pulled: { count: number; closed?: boolean }, until = Infinity) {
  try {
    for (let n = 1; n <= until; n++) {
      pulled.count = n;
      yield n;
    }
  } finally {
    pulled.closed = true;
  }
}

describe("many tasks", () => {
  it("come back in their order, whichever ended first", async () => {
    const { clock, made } = team();
    const collecting = collected(made.runMany([30, 10, 20]));
    await clock.advance(30);
    const outcomes = await collecting;
    expect(outcomes.map(({ index, outcome }) => [index, outcome?.results.echo])).toMatchObject([
      [0, { output: 30 }],
      [1, { output: 10 }],
      [2, { output: 20 }],
    ]);
    expect(new Set(outcomes.map(({ outcome }) => outcome?.runId)).size).toBe(3);
    expect(clock.monotonic()).toBe(30);
  });

  it("are pulled one by one when there is room, and not before anybody reads", async () => {
    const { clock, seen, made } = team({ concurrency: 2 });
    const pulled = { count: 0 };
    const many = made.runMany(counting(pulled));
    await clock.advance(1_000);
    expect(pulled.count).toBe(0);
    const first = many.next();
    await clock.advance(0);
    expect(pulled.count).toBe(2);
    await clock.advance(1);
    expect((await first).value).toMatchObject({ index: 0 });
    // Nobody asks for the second: so many are taken ahead, and no more.
    await clock.advance(100_000);
    expect(pulled.count).toBeLessThanOrEqual(2 + 2 * 4);
    expect(seen.most).toBe(2);
    await many.return();
  });

  it("without an end keep a bounded window while a slow one holds them back", async () => {
    const { clock, made } = team({ concurrency: 3 });
    const pulled = { count: 0 };
    const tasks = function* (): Generator<number> {
      yield 20_000;
      yield* counting(pulled);
    };
    const many = made.runMany(tasks());
    const first = many.next();
    await clock.advance(19_999);
    expect(pulled.count).toBeLessThanOrEqual(3 * 4);
    await clock.advance(1);
    expect((await first).value).toMatchObject({ index: 0 });
    await many.return();
  });

  it("that are equal share one run, whatever the order of their keys", async () => {
    const { clock, seen, made } = team();
    const tasks = [{ a: 1, b: [2] }, "other", { b: [2], a: 1 }, "other", "fails", "fails"];
    const collecting = collected(made.runMany(tasks));
    await clock.advance(10);
    const runIds = (await collecting).map(({ outcome }) => outcome?.runId);
    expect(seen.asked).toEqual([{ a: 1, b: [2] }, "other", "fails"]);
    expect(runIds[2]).toBe(runIds[0]);
    expect(runIds[5]).toBe(runIds[4]);
    expect(new Set(runIds).size).toBe(3);
  });

  it("that are not equal have runs of their own: nothing is not null", async () => {
    const { clock, seen, made } = team();
    const collecting = collected(made.runMany([undefined, null, 0, "0", "", false, [], {}]));
    await clock.advance(10);
    expect(await collecting).toHaveLength(8);
    expect(seen.asked).toEqual([undefined, null, 0, "0", "", false, [], {}]);
  });

  it("that cannot be run are errors in their place, and the others go on", async () => {
    const { clock, made } = team();
    const collecting = collected(made.runMany([1, () => 1, 2, Number.NaN]));
    await clock.advance(10);
    expect(await collecting).toMatchObject([
      { index: 0, outcome: { status: "complete" } },
      { index: 1, error: { code: "INPUT_INVALID" } },
      { index: 2, outcome: { status: "complete" } },
      { index: 3, error: { code: "INPUT_INVALID" } },
    ]);
  });

  it("that are left early are cancelled, awaited, and their source is closed", async () => {
    const { clock, seen, made } = team({ concurrency: 4 });
    const pulled = { count: 0, closed: false };
    const leaving = (async () => {
      for await (const { index } of made.runMany(counting(pulled))) if (index === 1) break;
    })();
    await clock.advance(100);
    await leaving;
    expect(pulled.closed).toBe(true);
    expect([seen.inFlight, clock.pending, clock.pendingUnheld]).toEqual([0, 0, 0]);
  });

  it("are cancelled by a signal, which is thrown", async () => {
    const { clock, seen, made } = team({ concurrency: 2 });
    const pulled = { count: 0, closed: false };
    const controller = new AbortController();
    const reading = collected(made.runMany(counting(pulled), { signal: controller.signal }));
    const rejected = rejection(reading);
    await clock.advance(50);
    controller.abort("enough");
    await clock.advance(1);
    expect(await rejected).toBe("enough");
    expect(seen.aborted).toBe(2);
    expect([pulled.closed, seen.inFlight, clock.pending]).toEqual([true, 0, 0]);

    const none = { count: 0 };
    const cancelled = collected(made.runMany(counting(none), { signal: controller.signal }));
    await expect(cancelled).rejects.toBe("enough");
    expect(none.count).toBe(0);
  });

  it("whose list throws yield the outcomes before it, and then throw it", async () => {
    const { clock, made } = team();
    const outcomes: unknown[] = [];
    const reading = (async () => {
      const tasks = function* (): Generator<number> {
        yield 5;
        yield 6;
        throw new Error("no more");
      };
      for await (const { index } of made.runMany(tasks())) outcomes.push(index);
    })();
    const rejected = rejection(reading);
    await clock.advance(100);
    expect(await rejected).toMatchObject({ message: "no more" });
    expect(outcomes).toEqual([0, 1]);
  });

  it("may come from an async iterable, which is asked for one at a time", async () => {
    const { clock, made, seen } = team();
    let asking = 0;
    let most = 0;
    const tasks = {
      [Symbol.asyncIterator]: () => {
        let n = 0;
        return {
          next: async () => {
            most = Math.max(most, ++asking);
            await new Promise<void>((resolve) => clock.timer(5, resolve));
            asking--;
            n++;
            return n > 5
              ? { done: true as const, value: undefined }
              : { done: false as const, value: n };
          },
        };
      },
    };
    const collecting = collected(made.runMany(tasks));
    await clock.advance(1_000);
    expect((await collecting).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(seen.asked).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(1);
  });

  it("from an async source that answers only after they were left are not run", async () => {
    const { clock, seen, made } = team();
    const list = [1, 2];
    const tasks: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (list.length < 2) await new Promise<void>((resolve) => clock.timer(100, resolve));
          return { done: false, value: list.shift() ?? 3 };
        },
      }),
    };
    void (async () => {
      for await (const _ of made.runMany(tasks)) break;
    })();
    await clock.advance(1_000);
    expect(list).toEqual([]);
    expect(seen.asked).toEqual([1]);
  });

  it("from an async source that is still being asked are left at once, and the source is closed when it answers", async () => {
    const { clock, made } = team();
    let closed = false;
    const tasks = async function* (): AsyncGenerator<number> {
      try {
        yield 1;
        await new Promise<void>((resolve) => clock.timer(10_000, resolve));
        yield 2;
      } finally {
        closed = true;
      }
    };
    let leftAtMs: number | undefined;
    void (async () => {
      for await (const _ of made.runMany(tasks())) break;
      leftAtMs = clock.monotonic();
    })();
    await clock.advance(100);
    expect(leftAtMs).toBe(1);
    await clock.advance(10_000);
    expect(closed).toBe(true);
  });

  it.each([
    ["answers what is no result", async () => undefined],
    ["answers a number", async () => 3],
    ["rejects", () => Promise.reject(new Error("no more"))],
    [
      "throws",
      () => {
        throw new Error("no more");
      },
    ],
  ])("from an async source that %s throw", async (_, next) => {
    const { made } = team();
    const tasks = { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<unknown>;
    expect(await rejection(collected(made.runMany(tasks)))).toBeInstanceOf(Error);
  });

  it("may be the characters of a text, and nothing at all", async () => {
    const { clock, made, seen } = team();
    const collecting = collected(made.runMany("ab"));
    await clock.advance(10);
    expect(await collecting).toHaveLength(2);
    expect(seen.asked).toEqual(["a", "b"]);
    expect(await collected(made.runMany([]))).toEqual([]);
  });

  it("share the limit of the call, which counts attempts over all of their runs", async () => {
    const { clock, made, seen } = team({ concurrency: 8 });
    const collecting = collected(made.runMany([5, 6, 7, 8, 9], { concurrency: 2 }));
    await clock.advance(100);
    await collecting;
    expect(seen.most).toBe(2);
  });

  it("are refused with options that cannot work", async () => {
    const { made } = team();
    for (const options of [{ concurrency: 0 }, { timeoutMs: -1 }]) {
      await expect(collected(made.runMany([1], options))).rejects.toMatchObject({
        code: "BAD_OPTIONS",
      });
    }
  });

  it("are many: ten thousand in a few seconds, without holding on to their outcomes", async () => {
    const quick = agent({ name: "quick", run: async (task: number) => task % 7 });
    const made = supervisor({ name: "team", agents: { quick } });
    let sum = 0;
    let last: Outcome | undefined;
    for await (const { index, outcome } of made.runMany(counting({ count: 0 }, 10_000))) {
      sum += index;
      last = outcome as Outcome;
    }
    expect(sum).toBe((9_999 * 10_000) / 2);
    expect(last?.status).toBe("complete");
  });
});
