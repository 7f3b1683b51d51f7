// Whatever is combined of what there is to save money: every run ends, no limit is exceeded, no budget is overspent, the bill says what
// was paid, and nothing is left.
//
//   FC_RUNS=5000 vitest run test/money/everything --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limiters, memory, type Outcome, type RunEvent } from "../../src/index.ts";
import { addBills } from "../../src/money/add-bills.ts";
import { sharedState } from "../../src/limits/scope/shared-budget.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { decisionFaults } from "../call-states.ts";
import { everything, type AnyRun, type Everything } from "./any-money-team.ts";
import { billFaults, budgetFaults, askedFaults } from "./money-laws.ts";
import { makeMeter, pause, type Meter } from "./meter.ts";
import { budgetOf, GRACE_MS, makeEverything, SCOPE, type Made } from "./money-world.ts";

/** What became of a run: an outcome, or what it was cancelled with. */
type End = Outcome | undefined;

async function perform(
  { teams }: Made,
  run: AnyRun,
  runId: string,
  clock: ReturnType<typeof virtualClock>,
  meter: Meter,
): Promise<readonly End[]> {
  const { task, startsMs, leavesMs, concurrency, budget, bust, many } = run;
  const team = teams[run.team % teams.length];
  if (team === undefined) return [];
  await pause(clock, startsMs);
  const leaving = new AbortController();
  const reason = new Error(`${runId} leaves`);
  const timer =
    leavesMs === undefined ? undefined : clock.timer(leavesMs, () => leaving.abort(reason));
  const options = {
    signal: leaving.signal,
    ...(concurrency !== undefined && { concurrency }),
    ...(budget !== undefined && { budget: budgetOf(budget) }),
    ...(bust && { cache: { bust } }),
  };
  if (concurrency !== undefined && !many) meter.runLimits.set(runId, concurrency);
  const ends: End[] = [];
  try {
    if (many) {
      const tasks = [task, task + 1, task] as never[];
      for await (const { outcome, error } of team.runMany(tasks, options as never)) {
        if (outcome === undefined && error !== reason) throw error;
        ends.push(outcome as End);
      }
    } else {
      ends.push((await team.run(task as never, { ...options, runId } as never)) as Outcome);
    }
  } catch (thrown) {
    if (thrown !== reason) throw thrown;
  } finally {
    timer?.[Symbol.dispose]();
  }
  return ends;
}

/** Of the clock: more than any run takes that comes to an end. */
const MOST_TURNS = 100_000;

const timersOfNode = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

async function live(all: Everything) {
  const clock = virtualClock();
  const store = memory({ clock, resumable: true }).store;
  const meter = makeMeter(clock, all, GRACE_MS);
  const made = makeEverything(all, { store, clock, meter });
  const before = timersOfNode();
  const runs = all.runs.map((run, index) => perform(made, run, `run-${index}`, clock, meter));
  let settled = false;
  const ended = Promise.all(runs).finally(() => (settled = true));
  ended.catch(() => {});
  for (let turn = 0; !settled; turn++) {
    if (!(await clock.next()) && !settled) throw new Error("it waits for nothing");
    if (turn > MOST_TURNS) throw new Error("it does not end");
  }
  const outcomes = (await ended).flat();
  for (let turn = 0; await clock.next(); turn++) {
    if (turn > MOST_TURNS) throw new Error("something never comes to rest");
  }
  return { clock, store, meter, outcomes, left: timersOfNode() - before };
}

/** How often failed attempts at the calls of a run are repeated. */
function retriesOf(
  { paid, seats, teams }: Meter,
  [first]: readonly RunEvent[],
): (callId: string) => number {
  const root = first?.type === "run.started" ? first.supervisor.name : "";
  const asked = paid.filter((one) => one.runId === first?.runId);
  const places = new Map(asked.map(({ callId, place }) => [callId, place]));
  return (callId) => {
    const place = places.get(callId);
    if (place !== undefined) return seats.get(`${root} ${place}`)?.spec.retries ?? 0;
    // A team's, which may be in a repeated one.
    return teams.get(`${root} ${callId.replaceAll(/~\d+(?=\/)/g, "")}/`)?.retries ?? 0;
  };
}

describe("whatever is combined to save money", () => {
  it("ends, keeps every limit and budget, says what was paid, and leaves nothing", async () => {
    await fc.assert(
      fc.asyncProperty(everything, async (all) => {
        const { clock, store, meter, outcomes, left } = await live(all);
        expect(meter.faults).toEqual([]);
        expect(budgetFaults(all, meter)).toEqual([]);
        expect(askedFaults(meter)).toEqual([]);
        // Those of `runMany` that share a run have nothing more on their bills than what that saved.
        const finished = outcomes.filter((outcome) => outcome !== undefined);
        for (const [runId, sharing] of Map.groupBy(finished, (outcome) => outcome.runId)) {
          const bill = addBills(sharing.map((outcome) => outcome.bill));
          expect(billFaults({ runId, bill }, store.read(runId), meter)).toEqual([]);
          const log = store.read(runId);
          expect(decisionFaults(log, retriesOf(meter, log))).toEqual([]);
        }
        const shared = await sharedState(store.values, SCOPE, clock.now());
        expect(shared.reservedMicros).toBe(0);
        expect(shared.overran).toBe(false);
        for (const state of Object.values(limiters({ store })))
          expect(state).toMatchObject({ inFlight: 0, waiting: 0 });
        const kept = store.values.list("cache/");
        expect(kept.filter(({ value }) => "asking" in (value as object))).toEqual([]);
        expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
        expect(left).toBeLessThanOrEqual(0);
      }),
    );
  });
});
