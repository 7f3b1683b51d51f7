// Whatever runs are combined of, and however long their store needs for each append: the last event of a log is an end, each call ends once, and what a
// run returned is what its log and the store say.
//
//   FC_RUNS=5000 vitest run test/run/slow-store-law --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { billOf, cancel, QuorateError, type Outcome, type RunEvent } from "../../src/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { everything, type AnyRun, type Everything } from "../money/any-money-team.ts";
import { makeMeter, pause } from "../money/meter.ts";
import { budgetOf, GRACE_MS, makeEverything, type Made } from "../money/money-world.ts";
import { slowStore } from "./slow-store.ts";

/** How the runs are cut short, and how slow their store is; all in ms. */
interface Slowness {
  readonly appendsMs: readonly number[];
  readonly valueMs: number;
  readonly deadlineMs: number | undefined;
  /** When somebody asks to cancel a run. */
  readonly cancelMs: number | undefined;
}

const maybe = (most: number): fc.Arbitrary<number | undefined> =>
  fc.option(fc.integer({ min: 1, max: most }), { nil: undefined, freq: 1 });

const slowness: fc.Arbitrary<Slowness> = fc.record({
  appendsMs: fc.array(fc.constantFrom(0, 1, 5, 20, 60), { minLength: 1, maxLength: 8 }),
  valueMs: fc.constantFrom(0, 0, 3),
  deadlineMs: maybe(400),
  cancelMs: maybe(400),
});

/** The outcome of a run; `undefined` if it was cancelled. */
async function perform(
  { teams }: Made,
  { team, task, startsMs, leavesMs, concurrency, budget }: AnyRun,
  runId: string,
  deadlineMs: number | undefined,
  clock: VirtualClock,
): Promise<Outcome | undefined> {
  await pause(clock, startsMs);
  const leaving = new AbortController();
  const reason = new Error(`${runId} leaves`);
  using _timer =
    leavesMs === undefined ? undefined : clock.timer(leavesMs, () => leaving.abort(reason));
  const options = {
    runId,
    signal: leaving.signal,
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(concurrency !== undefined && { concurrency }),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
  };
  try {
    return (await teams[team % teams.length]?.run(task as never, options as never)) as Outcome;
  } catch (thrown) {
    const isAsked = thrown instanceof QuorateError && thrown.code === "CANCELLED";
    if (thrown !== reason && !isAsked) throw thrown;
    return undefined;
  }
}

/** Of the clock: more than any run takes that comes to an end. */
const MOST_TURNS = 100_000;

async function live(all: Everything, { appendsMs, valueMs, deadlineMs, cancelMs }: Slowness) {
  const clock = virtualClock();
  const appendMs = (at: number): number => appendsMs[at % appendsMs.length] ?? 0;
  const { store, inMemory } = slowStore(clock, { appendMs, valueMs });
  const made = makeEverything(all, { store, clock, meter: makeMeter(clock, all, GRACE_MS) });
  const runs = all.runs.map((run, index) => perform(made, run, `run-${index}`, deadlineMs, clock));
  if (cancelMs !== undefined) {
    // It may not have begun.
    clock.timer(cancelMs, () => void cancel({ store }, "run-0").catch(() => {}));
  }
  const ended = Promise.allSettled(runs);
  let settled = false;
  void ended.finally(() => (settled = true));
  for (let turn = 0; (await clock.next()) || !settled; turn++) {
    if (turn > MOST_TURNS) throw new Error("it does not end");
  }
  const outcomes = (await ended).map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  return { inMemory, outcomes };
}

const isEnd = ({ type }: RunEvent): boolean => type === "run.finished" || type === "run.cancelled";

/** The calls of a log that ended more than once, or never. One that a cancelled run or the timeout of its team has cut has no end. */
function endlessCalls(log: readonly RunEvent[]): readonly string[] {
  const ends = new Map<string, number>();
  for (const event of log) {
    if (event.type === "call.started") ends.set(event.callId, ends.get(event.callId) ?? 0);
    if (event.type === "call.succeeded" || event.type === "call.failed")
      ends.set(event.callId, (ends.get(event.callId) ?? 0) + 1);
  }
  const isCancelled = log.at(-1)?.type === "run.cancelled";
  return [...ends].flatMap(([callId, count]) => {
    const mayBeCut = isCancelled || callId.includes("/");
    return count === 1 || (mayBeCut && count === 0) ? [] : [`${callId} ended ${count} times`];
  });
}

describe("whatever is run over a store that needs time", () => {
  it("has one end, which the store, the log and the outcome agree on", async () => {
    await fc.assert(
      fc.asyncProperty(everything, slowness, async (all, slow) => {
        const { inMemory, outcomes } = await live(all, slow);
        for (const [index, outcome] of outcomes.entries()) {
          const log = inMemory.read(`run-${index}`);
          if (log.length === 0) {
            expect(outcome).toBeUndefined();
            continue;
          }
          expect(log.filter(isEnd)).toEqual([log.at(-1)]);
          expect(endlessCalls(log)).toEqual([]);
          const status = inMemory.run(`run-${index}`)?.status;
          expect(status).toBe(outcome?.status ?? "cancelled");
          if (outcome !== undefined) expect(billOf(log)).toEqual(outcome.bill);
        }
      }),
    );
  });
});
