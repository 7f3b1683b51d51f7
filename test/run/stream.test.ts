import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type LiveEvent, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { scripted, virtualClock } from "../../src/testing/index.ts";
import { collected } from "../team/collected.ts";

const seqs = (events: readonly LiveEvent[]): readonly number[] =>
  events.flatMap((event) => (event.type === "call.progress" ? [] : [event.seq]));

const upTo = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

/** A store of promises, which keeps when told to. */
function slowStore(): { readonly store: Store; readonly waiting: (() => void)[] } {
  const kept = memory().store;
  const waiting: (() => void)[] = [];
  const store: Store = {
    ...kept,
    append: (events, fence) =>
      new Promise((resolve) => {
        waiting.push(() => {
          kept.append(events, fence);
          resolve();
        });
      }),
  };
  return { store, waiting };
}

const turns = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
};

describe("a stream", () => {
  it("starts at once, without a reader", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const stream = supervisor({ name: "team", agents: { a } }).stream("task");
    expect((await stream.outcome).runId).toBe(stream.runId);
    a.assertComplete();
  });

  it("shows the log, without a gap, and ends with run.finished", async () => {
    const a = scripted("a", [{ output: { recommendation: "x" } }]);
    const b = scripted("b", [{ error: new Error("no") }]);
    const team = supervisor({ name: "team", agents: { a, b } });
    const stream = team.stream("task");
    const events = await collected(stream);
    expect(seqs(events)).toEqual(upTo(events.length));
    expect(events.at(-1)).toMatchObject({ type: "run.finished", status: "partial" });
    expect(events).toEqual(await team.backend.store.read(stream.runId));
    const times = events.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((x, y) => x - y));
  });

  it("shows events only once they are kept", async () => {
    const { store, waiting } = slowStore();
    const a = scripted("a", [{ output: 1 }]);
    const stream = supervisor({ name: "team", agents: { a }, backend: { store } }).stream("task");
    const seen: LiveEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) {
        seen.push(event);
        const known = await store.read(stream.runId);
        if (event.type !== "call.progress") expect(known.length).toBeGreaterThanOrEqual(event.seq);
      }
    })();
    for (let n = 0; n < 20 && seen.at(-1)?.type !== "run.finished"; n++) {
      await turns();
      const known = (await store.read(stream.runId)).length;
      expect(seqs(seen).length).toBeLessThanOrEqual(known);
      waiting.shift()?.();
    }
    await reading;
    expect(seen.at(-1)?.type).toBe("run.finished");
  });

  it("ends with run.cancelled, and throws the reason", async () => {
    const a = scripted("a", [{ hangs: true }]);
    const controller = new AbortController();
    const stream = supervisor({ name: "team", agents: { a } }).stream("task", {
      signal: controller.signal,
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type } of stream) {
        seen.push(type);
        if (type === "call.started") controller.abort("enough");
      }
    })();
    await expect(reading).rejects.toBe("enough");
    expect(seen).toEqual(["run.started", "run.planned", "call.started", "run.cancelled"]);
    await expect(stream.outcome).rejects.toBe("enough");
  });

  it("shows progress to who reads at the time, and to nobody later", async () => {
    const clock = virtualClock();
    const chatty = agent({
      name: "chatty",
      run: async (_: unknown, { emit }) => {
        emit({ delta: "Hel" });
        emit({ delta: "lo" });
        await new Promise<void>((resolve) => clock.timer(10, resolve));
        return 1;
      },
    });
    const team = supervisor({ name: "team", agents: { chatty }, clock });
    const stream = team.stream("task");
    const reading = collected(stream);
    await clock.advance(10);
    const live = await reading;
    expect(live.filter(({ type }) => type === "call.progress")).toMatchObject([
      { callId: "chatty", agent: "chatty", attempt: 1, value: { delta: "Hel" } },
      { value: { delta: "lo" } },
    ]);
    const place = live.findIndex(({ type }) => type === "call.progress");
    expect([live[place - 1]?.type, live[place + 2]?.type]).toEqual([
      "call.started",
      "call.succeeded",
    ]);
    expect(seqs(live)).toEqual(upTo(live.length - 2));
    const late = await collected(stream);
    expect(late).toEqual(await team.backend.store.read(stream.runId));
  });

  it("keeps at most a thousand pieces of progress that nobody has read, and every event", async () => {
    const flood = agent({
      name: "flood",
      run: async (_: unknown, { emit }) => {
        for (let n = 0; n < 100_000; n++) emit(n);
        return 1;
      },
    });
    const stream = supervisor({ name: "team", agents: { flood } }).stream("task");
    const events = await collected(stream);
    const values = events.flatMap((event) => (event.type === "call.progress" ? [event.value] : []));
    expect(values).toHaveLength(1_000);
    expect(values.at(-1)).toBe(99_999);
    expect(seqs(events)).toEqual(upTo(events.length - 1_000));
  });

  it("shows nothing after the last event, whatever an agent still emits", async () => {
    let late = (): void => {};
    const chatty = agent({
      name: "chatty",
      run: async (_: unknown, { emit }) => {
        late = () => emit("late");
      },
    });
    const stream = supervisor({ name: "team", agents: { chatty } }).stream("task");
    const iterator = stream[Symbol.asyncIterator]();
    const seen = [await iterator.next()];
    await stream.outcome;
    late();
    while (seen.at(-1)?.done !== true) seen.push(await iterator.next());
    expect(seen.at(-2)?.value).toMatchObject({ type: "run.finished" });
  });

  it("has any number of readers, each from the beginning", async () => {
    const clock = virtualClock();
    const a = scripted("a", [{ output: 1, afterMs: 100 }], { clock });
    const stream = supervisor({ name: "team", agents: { a }, clock }).stream("task");
    const first = collected(stream);
    await clock.advance(50);
    const second = collected(stream);
    await clock.advance(50);
    await stream.outcome;
    const [one, two, three] = await Promise.all([first, second, collected(stream)]);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    expect(one.length).toBe(6);
  });

  it("that is left early cancels the run, and waits until it has stopped", async () => {
    const clock = virtualClock();
    let stopped = false;
    const slow = agent({
      name: "slow",
      run: (_: unknown, { signal }) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () =>
            clock.timer(100, () => {
              stopped = true;
              reject(signal.reason);
            }),
          );
        }),
    });
    const stream = supervisor({ name: "team", agents: { slow }, clock }).stream("task");
    const leaving = (async () => {
      for await (const { type } of stream) if (type === "call.started") break;
      return stopped;
    })();
    await clock.advance(200);
    expect(await leaving).toBe(true);
    await expect(stream.outcome).rejects.toMatchObject({ code: "CANCELLED" });
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  });

  it("that is left with its last event leaves the run as it is", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const stream = supervisor({ name: "team", agents: { a } }).stream("task");
    for await (const { type } of stream) if (type === "run.finished") break;
    expect((await stream.outcome).status).toBe("complete");
  });

  // An async generator that waits for its next value hears of `return()` only afterwards.
  it("whose reader leaves while it waits for an event cancels the run at once", async () => {
    const clock = virtualClock();
    const a = scripted("a", [{ hangs: true }]);
    const stream = supervisor({ name: "team", agents: { a }, clock }).stream("task");
    const iterator = stream[Symbol.asyncIterator]();
    for (let n = 0; n < 3; n++) await iterator.next();
    const pending = iterator.next();
    pending.catch(() => {});
    void iterator.return?.();
    await clock.advance(1);
    expect(a.calls[0]?.aborted).toBe(true);
  });

  it("throws what keeps a run from beginning", async () => {
    const a = scripted("a", []);
    const stream = supervisor({ name: "team", agents: { a } }).stream(() => 1);
    await expect(collected(stream)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(stream.outcome).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it("that nobody reads does not count as an unhandled failure", async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", hear);
    const a = scripted("a", []);
    supervisor({ name: "team", agents: { a } }).stream(() => 1);
    await turns();
    process.off("unhandledRejection", hear);
    expect(unhandled).toEqual([]);
  });

  it("may be read by another reader after one has failed", async () => {
    const a = scripted("a", [{ output: 1 }]);
    const stream = supervisor({ name: "team", agents: { a } }).stream("task");
    await stream.outcome;
    const failing = (async () => {
      for await (const _ of stream) throw new Error("reader failed");
    })();
    await expect(failing).rejects.toThrow("reader failed");
    expect((await collected(stream)).at(-1)?.type).toBe("run.finished");
  });

  it("does not let a reader change what others read", async () => {
    const a = scripted("a", [{ output: { list: [1] } }]);
    const team = supervisor({ name: "team", agents: { a } });
    const stream = team.stream({ given: true });
    await stream.outcome;
    for await (const event of stream) {
      expect(() => Object.assign(event, { runId: "forged" })).toThrow(TypeError);
    }
    expect(
      (await team.backend.store.read(stream.runId)).every(
        ({ runId }: RunEvent) => runId === stream.runId,
      ),
    ).toBe(true);
  });
});
