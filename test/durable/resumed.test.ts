// Whatever the team, and wherever it crashes: a run that is resumed comes to what it would have come to anyway.
//
//   npm run test:long                                                  thousands of teams
//   FC_RUNS=5000 vitest run test/durable/resumed.test.ts --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryStore, type Outcome, type RunEvent } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { anyTeam, isTeamIn, makeTeam, type AnyTeam } from "./any-team.ts";
import type { Durable } from "./processes/teams.ts";
import {
  attemptsIn,
  begunIn,
  costFaults,
  costsOf,
  endedCalls,
  faultsOf,
  inDoubt,
  lasting,
  type IsTeam,
} from "./same-run.ts";

const RUN = "run";

/** What a process makes of a run, until it ends or is found dead. */
interface Life {
  readonly outcome: Outcome;
  readonly events: readonly RunEvent[];
  /** Every attempt that an agent was really asked for, as `CALL ATTEMPT`. */
  readonly paid: readonly string[];
}

/** A process with a store of its own, in which the log stands as the one before it left it. */
async function live(
  spec: AnyTeam,
  log: readonly RunEvent[],
  work: (team: Durable) => Promise<Outcome>,
): Promise<Life> {
  const clock = virtualClock();
  const store = memoryStore({ resumable: true });
  if (log.length > 0) {
    // As from a disk.
    store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    store.release(RUN, 1);
  }
  const paid: string[] = [];
  const pay = ({ callId, attempt }: { callId: string; attempt: number }): void => {
    paid.push(`${callId} ${attempt}`);
  };
  const started = work(makeTeam(spec, { store, clock, pay }));
  let over = false;
  const end = (): void => {
    over = true;
  };
  started.then(end, end);
  do {
    if (!(await clock.next()) && !over) throw new Error("the run waits for nothing");
  } while (!over);
  return { outcome: await started, events: store.read(RUN), paid };
}

/** One crash of a run: what there was at it, and what became of it then. */
interface Crash {
  readonly whole: Life;
  readonly isTeam: IsTeam;
  /** What was kept of the log. */
  readonly cut: readonly RunEvent[];
  readonly resumed: Life;
}

/** A run that is never interrupted, beside the same run with a crash at each of `places`, in thousandths of what is left. */
async function* crashing(
  spec: AnyTeam,
  task: unknown,
  places: readonly number[],
): AsyncGenerator<Crash> {
  const whole = await live(spec, [], (team) => team.run(task, { runId: RUN }));
  expect(faultsOf(whole.events)).toEqual([]);
  const isTeam: IsTeam = (callId) => isTeamIn(spec, callId);
  let log = whole.events;
  let kept = 1;
  for (const place of places) {
    // Nothing of what was kept at the crash before is lost.
    kept += Math.floor(((log.length - kept + 1) * place) / 1_000);
    const cut = log.slice(0, kept);
    const resumed = await live(spec, cut, (team) => team.resume(RUN));
    yield { whole, isTeam, cut, resumed };
    log = resumed.events;
  }
}

const places = fc.array(fc.nat(999), { minLength: 1, maxLength: 3 });

describe("a run that crashed", () => {
  it("comes to the same as one that did not, and asks nobody again who had answered", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), fc.jsonValue(), places, async (spec, task, crashes) => {
        for await (const { whole, isTeam, cut, resumed } of crashing(spec, task, crashes)) {
          expect(lasting(resumed.outcome)).toEqual(lasting(whole.outcome));
          expect(faultsOf(resumed.events)).toEqual([]);
          const [ended, begun, doubtful] = [endedCalls(cut), begunIn(cut), inDoubt(cut, isTeam)];
          for (const asked of resumed.paid) {
            expect(ended).not.toContain(asked.replace(/ \d+$/, ""));
            if (begun.has(asked)) expect(doubtful).toContain(asked);
          }
          expect(new Set(resumed.paid).size).toBe(resumed.paid.length);
        }
      }),
    );
  });

  it("has all on its bill that was really asked, and says that it does not know what doubt cost", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), places, async (spec, crashes) => {
        const doubts = new Set<string>();
        for await (const { whole, isTeam, cut, resumed } of crashing(spec, 1, crashes)) {
          for (const attempt of inDoubt(cut, isTeam)) doubts.add(attempt);
          const costs = costsOf(resumed.outcome);
          expect(costFaults(costsOf(whole.outcome), costs, doubts)).toEqual([]);
          expect(resumed.outcome.bill.attempts).toBe(attemptsIn(resumed.events, isTeam));
        }
      }),
    );
  });
});
