// Two runs that share what is kept, with deadlines, cancels and resumes, on a store that takes its time and on one that does not: each call
// ends once in the log, and the lines of a bill come to what it says was spent.
//
//   FC_RUNS=5000 vitest run test/money/ends-once-law --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memory, type Cost, type Outcome, type RunEvent } from "../../src/index.ts";
import type { MemoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { everything, type AnyAgent, type AnyTeam, type Everything } from "./any-money-team.ts";
import { makeMeter, pause } from "./meter.ts";
import { GRACE_MS, makeEverything } from "./money-world.ts";

/** What happens to one of the runs: when it begins, is cancelled, is gone on with, and how long it may take then and before. */
const course = fc.record({
  startsMs: fc.constantFrom(0, 0, 1, 20),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  leavesMs: fc.option(fc.nat(100), { nil: undefined }),
  resumesMs: fc.constantFrom(0, 30),
  resumedForMs: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
});

type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

/** One team, of which nearly every agent keeps its answers. */
const sharing: fc.Arbitrary<Everything> = everything.map((all) => ({
  ...all,
  teams: all.teams.slice(0, 1).map(keeping),
}));

function keeping(team: AnyTeam): AnyTeam {
  const members = team.members.map((member) =>
    "members" in member ? keeping(member) : { ...member, cache: kept(member) },
  );
  return { ...team, members, cache: true };
}

/** Those that say "no" at first are asked in each run. */
function kept({ steps: [first] }: AnyAgent): boolean {
  return first !== "no";
}

function slowly(inMemory: MemoryStore, clock: VirtualClock, appendMs: number): Store {
  if (appendMs === 0) return inMemory;
  return {
    ...inMemory,
    async append(events, fence) {
      await pause(clock, appendMs);
      inMemory.append(events, fence);
    },
    // Not before what was to be kept.
    async release(runId, fence) {
      await pause(clock, appendMs);
      inMemory.release(runId, fence);
    },
  };
}

const MOST_TURNS = 100_000;

async function live(all: Everything, courses: readonly Course[], appendMs: number) {
  const clock = virtualClock();
  const inMemory = memory({ clock, resumable: true }).store;
  const store = slowly(inMemory, clock, appendMs);
  const meter = makeMeter(clock, all, GRACE_MS);
  const [team] = makeEverything(all, { store, clock, meter }).teams;
  if (team === undefined) throw new Error("there is no team");

  const drive = async (runId: string, given: Course): Promise<Outcome | undefined> => {
    const { startsMs, deadlineMs, leavesMs, resumesMs, resumedForMs } = given;
    await pause(clock, startsMs);
    const leaving = new AbortController();
    const reason = new Error(`${runId} leaves`);
    const timer =
      leavesMs === undefined ? undefined : clock.timer(leavesMs, () => leaving.abort(reason));
    const within = deadlineMs === undefined ? {} : { deadlineMs };
    try {
      const options = { runId, signal: leaving.signal, ...within };
      return await team.run(1 as never, options as never);
    } catch (thrown) {
      if (thrown !== reason) throw thrown;
    } finally {
      timer?.[Symbol.dispose]();
    }
    await pause(clock, resumesMs);
    if (inMemory.read(runId).length === 0) return undefined;
    return team.resume(runId, resumedForMs === undefined ? {} : { deadlineMs: resumedForMs });
  };
  let settled = false;
  const runs = Promise.all(courses.map((one, index) => drive(`run-${index}`, one)));
  const ended = runs.finally(() => (settled = true));
  ended.catch(() => {});
  for (let turn = 0; !settled; turn++) {
    if (!(await clock.next()) && !settled) throw new Error("it waits for nothing");
    if (turn > MOST_TURNS) throw new Error("it does not end");
  }
  const outcomes = await ended;
  for (let turn = 0; await clock.next(); turn++) expect(turn).toBeLessThan(MOST_TURNS);
  expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  return { outcomes, logs: courses.map((_, index) => inMemory.read(`run-${index}`)) };
}

/** Calls that ended more than once. A call that was not made before a deadline is made when its run is gone on with. */
function endedAgain(log: readonly RunEvent[]): readonly string[] {
  const ends = new Map<string, number>();
  const resumedAt = log.findLastIndex(({ type }) => type === "run.resumed");
  for (const [index, event] of log.entries()) {
    const { type } = event;
    if (type !== "call.succeeded" && type !== "call.reused" && type !== "call.failed") continue;
    const isUnmade = type === "call.failed" && event.attempt === 0 && index < resumedAt;
    if (!isUnmade) ends.set(event.callId, (ends.get(event.callId) ?? 0) + 1);
  }
  return [...ends].filter(([, count]) => count > 1).map(([callId]) => callId);
}

function knownMicros({ usdMicros, atLeast }: Cost): number {
  return usdMicros === "unknown" ? (atLeast?.usdMicros ?? 0) : usdMicros;
}

/** What a bill says that was spent, and what its lines come to. */
function sumsOf({ bill: { spent, lines } }: Outcome) {
  return {
    spent: { micros: knownMicros(spent), unknown: spent.usdMicros === "unknown" },
    lines: {
      micros: lines.reduce((sum, { cost }) => sum + knownMicros(cost), 0),
      unknown: lines.some(({ cost }) => cost.usdMicros === "unknown"),
    },
  };
}

describe("two runs that share what is kept, with deadlines, cancels and resumes", () => {
  it.each([
    ["in memory", 0],
    ["on a store that takes its time", 7],
  ])("end each call once, with bills whose lines add up: %s", async (_, appendMs) => {
    await fc.assert(
      fc.asyncProperty(sharing, fc.tuple(course, course), async (all, courses) => {
        const { outcomes, logs } = await live(all, courses, appendMs);
        for (const log of logs) expect(endedAgain(log)).toEqual([]);
        for (const outcome of outcomes) {
          if (outcome === undefined) continue;
          const { spent, lines } = sumsOf(outcome);
          expect(lines).toEqual(spent);
        }
      }),
    );
  });
});
