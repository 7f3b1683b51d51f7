// Whatever is combined of what there is to save money, and wherever the process dies or its store fails: what is resumed ends, spends
// nothing twice, and asks nobody again whose answer is there.
//
//   FC_RUNS=5000 vitest run test/money/everything-resumed --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memory, QuorateError, type RunEvent } from "../../src/index.ts";
import type { MemoryStore } from "../../src/store/memory.ts";
import { sharedState } from "../../src/limits/scope/shared-budget.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { forgetListeners } from "../listeners.ts";
import { endedCalls } from "../durable/same-run.ts";
import { everything, type Everything } from "./any-money-team.ts";
import { makeMeter, pause, type Meter, type Paid } from "./meter.ts";
import { askedFaults, billFaults, budgetFaults, isSharing } from "./money-laws.ts";
import { budgetOf, GRACE_MS, makeEverything, SCOPE, type Made } from "./money-world.ts";
import { mortal, type Death } from "./mortal-store.ts";

/** Nobody leaves, and every run has a name by which it is found again. */
const lasting: fc.Arbitrary<Everything> = everything.map((all) => ({
  ...all,
  runs: all.runs.map((run) => ({ ...run, leavesMs: undefined, many: false })),
}));

const death: fc.Arbitrary<Death> = fc.record({
  at: fc.integer({ min: 1, max: 120 }),
  how: fc.constantFrom("dies" as const, "dies after it" as const, "fails" as const),
});

const nameOf = (index: number): string => `run-${index}`;

function optionsOf({ runs }: Everything, index: number): object {
  const { concurrency, budget, bust } = runs[index] ?? {};
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
    ...(bust === true && { cache: { bust } }),
  };
}

function teamOf({ teams }: Made, { runs }: Everything, index: number) {
  const team = teams[(runs[index]?.team ?? 0) % teams.length];
  if (team === undefined) throw new Error("there is no team");
  return team;
}

/**
 * More timers than anything takes that ends. At a limiter of three calls a minute, a call that is told 20 times to come later takes half
 * an hour, and who waits for its answer looks for it some ten times a second.
 */
const MOST_TURNS = 100_000;

/** Lets time pass until all have ended, or `until` says that it is enough. */
async function whenOver<T>(clock: VirtualClock, all: Promise<T>, until = (): boolean => false) {
  let settled = false;
  const end = (): boolean => (settled = true);
  all.then(end, end);
  for (let turn = 0; !settled && !until(); turn++) {
    if (!(await clock.next()) && !settled && !until()) throw new Error("it waits for nothing");
    if (turn > MOST_TURNS) throw new Error("it does not end");
  }
}

/** What a process leaves behind when it dies. */
interface Left {
  readonly logs: ReadonlyMap<string, readonly RunEvent[]>;
  readonly values: MemoryStore["values"];
  readonly nowMs: number;
  readonly meter: Meter;
}

async function untilDeath(
  all: Everything,
  { at, how }: Death,
  turns: Map<string, number>,
): Promise<Left> {
  const clock = virtualClock();
  const inMemory = memory({ clock, resumable: true }).store;
  const meter = makeMeter(clock, all, GRACE_MS, turns);
  const dying = mortal(inMemory, { at, how });
  const made = makeEverything(all, { store: dying.store, clock, meter });
  const runs = all.runs.map(async ({ startsMs, task, concurrency }, index) => {
    await pause(clock, startsMs);
    const runId = nameOf(index);
    if (concurrency !== undefined) meter.runLimits.set(runId, concurrency);
    try {
      await teamOf(made, all, index).run(
        task as never,
        { ...optionsOf(all, index), runId } as never,
      );
    } catch (error) {
      expect(error).toBeInstanceOf(QuorateError);
      expect(error).toMatchObject({ code: "STORE_FAILED" });
    }
  });
  const ended = Promise.all(runs);
  await whenOver(clock, ended, () => dying.dead && how !== "fails");
  if (!dying.dead || how === "fails") {
    await ended;
    for (let turn = 0; await clock.next(); turn++) expect(turn).toBeLessThan(MOST_TURNS);
    expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  }
  expect(meter.faults).toEqual([]);
  const logs = new Map(all.runs.map((_, index) => [nameOf(index), inMemory.read(nameOf(index))]));
  return { logs, values: inMemory.values, nowMs: clock.now(), meter };
}

/** The same process, in which everything goes on once its store works again. */
async function inSameProcess(all: Everything, at: number) {
  const clock = virtualClock();
  const inMemory = memory({ clock, resumable: true }).store;
  const meter = makeMeter(clock, all, GRACE_MS);
  const failing = mortal(inMemory, { at, how: "fails" });
  const made = makeEverything(all, { store: failing.store, clock, meter });
  const runs = all.runs.map(async ({ startsMs, task, concurrency }, index) => {
    await pause(clock, startsMs);
    const runId = nameOf(index);
    if (concurrency !== undefined) meter.runLimits.set(runId, concurrency);
    const options = { ...optionsOf(all, index), runId };
    const failed = await teamOf(made, all, index)
      .run(task as never, options as never)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (failed !== undefined) expect(failed).toMatchObject({ code: "STORE_FAILED" });
  });
  const failed = Promise.all(runs);
  await whenOver(clock, failed);
  await failed;
  failing.mend();
  // What a run wants otherwise holds for who drives it: an attempt that the one before gave up may be in its grace still.
  meter.runLimits.clear();
  const logs = new Map(all.runs.map((_, index) => [nameOf(index), inMemory.read(nameOf(index))]));
  const paidBefore = meter.paid.length;
  const resumed = Promise.all(
    all.runs.map((_, index) =>
      inMemory.read(nameOf(index)).length === 0
        ? undefined
        : teamOf(made, all, index).resume(nameOf(index), optionsOf(all, index)),
    ),
  );
  await whenOver(clock, resumed);
  const outcomes = await resumed;
  for (let turn = 0; await clock.next(); turn++) expect(turn).toBeLessThan(MOST_TURNS);
  expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  // Longer than anything that had begun may take.
  await clock.advance(200_000);
  return { clock, inMemory, meter, outcomes, logs, paidAgain: meter.paid.slice(paidBefore) };
}

/** Another process, in which everything goes on. */
async function afterDeath(all: Everything, left: Left, turns: Map<string, number>) {
  const clock = virtualClock({ nowMs: left.nowMs });
  const store = memory({ clock, resumable: true }).store;
  for (const { key, value } of left.values.list("")) store.values.change(key, () => value);
  const meter = makeMeter(clock, all, GRACE_MS, turns);
  const made = makeEverything(all, { store, clock, meter });
  const runs = all.runs.map(async ({ concurrency }, index) => {
    const runId = nameOf(index);
    const log = left.logs.get(runId) ?? [];
    if (log.length === 0) return undefined;
    // As from a disk.
    store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    store.release(runId, 1);
    if (concurrency !== undefined) meter.runLimits.set(runId, concurrency);
    return teamOf(made, all, index).resume(runId, optionsOf(all, index));
  });
  const ended = Promise.all(runs);
  await whenOver(clock, ended);
  const outcomes = await ended;
  for (let turn = 0; await clock.next(); turn++) expect(turn).toBeLessThan(MOST_TURNS);
  expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  // Longer than anything that had begun may take.
  await clock.advance(200_000);
  return { clock, store, meter, outcomes };
}

/** Attempts whose answer was kept when the process died, so that nobody was to be asked. */
function keptFaults(
  all: Everything,
  { logs, values }: Left,
  { paid, seats, teams }: Meter,
): readonly string[] {
  const kept = new Set<string>();
  for (const { value } of values.list("cache/")) {
    const { answer } = value as { answer?: { from: { runId: string; callId: string } } };
    const log = logs.get(answer?.from.runId ?? "") ?? [];
    for (const event of log) {
      if (event.type !== "call.started" || event.callId !== answer?.from.callId) continue;
      if (event.key !== undefined) kept.add(event.key);
    }
  }
  const isCached = ({ root, place }: Paid): boolean => {
    const own = seats.get(`${root} ${place}`)?.spec.cache;
    if (own !== undefined) return own;
    const above = [...teams].filter(([at]) => `${root} ${place}`.startsWith(at));
    return above.findLast(([, { cache }]) => cache !== undefined)?.[1].cache === true;
  };
  return paid
    .filter((one) => kept.has(one.key ?? "") && isCached(one))
    .filter(({ runId }) => all.runs[Number(runId.slice(4))]?.bust !== true)
    .map(({ runId, callId }) => `${runId} ${callId} was asked, and its answer was kept`);
}

describe("whatever is combined to save money, when the process dies or its store fails", () => {
  it("ends when it is resumed, spends nothing twice, and asks nobody again whose answer is there", async () => {
    await fc.assert(
      fc.asyncProperty(lasting, death, async (all, dying) => {
        // A process that dies here has no time to remove its listeners.
        using _ = { [Symbol.dispose]: forgetListeners };
        const turns = new Map<string, number>();
        const left = await untilDeath(all, dying, turns);
        const { clock, store, meter, outcomes } = await afterDeath(all, left, turns);
        const both: Meter = { ...meter, paid: [...left.meter.paid, ...meter.paid] };
        expect(meter.faults).toEqual([]);
        expect(budgetFaults(all, both)).toEqual([]);
        expect(askedFaults(both, 1)).toEqual([]);
        expect(keptFaults(all, left, meter)).toEqual([]);
        for (const [runId, log] of left.logs) {
          const ended = endedCalls(log);
          const again = meter.paid.filter((one) => one.runId === runId && ended.has(one.callId));
          expect(again.map(({ callId }) => callId)).toEqual([]);
        }
        for (const outcome of outcomes) {
          if (outcome === undefined) continue;
          expect(billFaults(outcome as never, store.read(outcome.runId), both, 1)).toEqual([]);
        }
        const shared = await sharedState(store.values, SCOPE, clock.now());
        expect(shared.reservedMicros).toBe(0);
        const sharing = both.paid.filter((one) => isSharing(one, { ...all, ...meter }));
        expect(shared.spentMicros).toBeGreaterThanOrEqual(
          sharing.reduce((sum, { real, bounded }) => sum + (bounded ? real : 0), 0),
        );
      }),
    );
  });

  it("ends in the same process too when its store works again, spends nothing twice, and leaves nothing", async () => {
    await fc.assert(
      fc.asyncProperty(lasting, fc.integer({ min: 1, max: 120 }), async (all, at) => {
        const { clock, inMemory, meter, outcomes, logs, paidAgain } = await inSameProcess(all, at);
        expect(meter.faults).toEqual([]);
        expect(budgetFaults(all, meter)).toEqual([]);
        expect(askedFaults(meter, 1)).toEqual([]);
        for (const [runId, log] of logs) {
          const ended = endedCalls(log);
          const again = paidAgain.filter((one) => one.runId === runId && ended.has(one.callId));
          expect(again.map(({ callId }) => callId)).toEqual([]);
        }
        for (const outcome of outcomes) {
          if (outcome === undefined) continue;
          expect(billFaults(outcome as never, inMemory.read(outcome.runId), meter, 1)).toEqual([]);
          expect(() => inMemory.take(outcome.runId)).not.toThrow();
        }
        const shared = await sharedState(inMemory.values, SCOPE, clock.now());
        expect(shared.reservedMicros).toBe(0);
      }),
    );
  });
});
