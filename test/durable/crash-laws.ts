import fc from "fast-check";
import { expect, it } from "vitest";
import type { Outcome, RunEvent } from "../../src/index.ts";
import { decisionFaults } from "../call-states.ts";
import {
  anyTeam,
  isTeamIn,
  retriesIn,
  steps,
  withChange,
  type AnyTeam,
  type Step,
} from "./any-team.ts";
import { RUN, type Life, type Live } from "./live.ts";
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
  live: Live,
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

/** Whatever the team, and wherever it crashes: a run that is resumed comes to what it would have come to anyway. */
export function crashLaws(live: Live, parameters: fc.Parameters<unknown> = {}): void {
  it("comes to the same as one that did not, and asks nobody again who had answered", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), fc.jsonValue(), places, async (spec, task, crashes) => {
        for await (const { whole, isTeam, cut, resumed } of crashing(live, spec, task, crashes)) {
          expect(lasting(resumed.outcome)).toEqual(lasting(whole.outcome));
          expect(faultsOf(resumed.events)).toEqual([]);
          const faults = decisionFaults(resumed.events, (callId) => retriesIn(spec, callId));
          expect(faults).toEqual([]);
          const [ended, begun, doubtful] = [endedCalls(cut), begunIn(cut), inDoubt(cut, isTeam)];
          for (const asked of resumed.paid) {
            expect(ended).not.toContain(asked.replace(/ \d+$/, ""));
            if (begun.has(asked)) expect(doubtful).toContain(asked);
          }
          expect(new Set(resumed.paid).size).toBe(resumed.paid.length);
        }
      }),
      parameters as object,
    );
  });

  it("has all on its bill that was really asked, and says that it does not know what doubt cost", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), places, async (spec, crashes) => {
        const doubts = new Set<string>();
        for await (const { whole, isTeam, cut, resumed } of crashing(live, spec, 1, crashes)) {
          for (const attempt of inDoubt(cut, isTeam)) doubts.add(attempt);
          const costs = costsOf(resumed.outcome);
          expect(costFaults(costsOf(whole.outcome), costs, doubts)).toEqual([]);
          expect(resumed.outcome.bill.attempts).toBe(attemptsIn(resumed.events, isTeam));
        }
      }),
      parameters as object,
    );
  });

  it("comes to what a new run comes to, when an agent has changed since", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), fc.nat(999), change, async (spec, place, changing) => {
        const { fresh, resumed } = await changedSince(live, spec, place, changing);
        expect(decidedIn(resumed.outcome)).toEqual(decidedIn(fresh.outcome));
      }),
      parameters as object,
    );
  });

  it("is read from its log as it came out, when an agent has changed since", async () => {
    await fc.assert(
      fc.asyncProperty(anyTeam(), fc.nat(999), change, async (spec, place, changing) => {
        const { changed, resumed } = await changedSince(live, spec, place, changing);
        const again = await live(changed, resumed.events, (team) => team.resume(RUN));
        expect(lasting(again.outcome)).toEqual(lasting(resumed.outcome));
        expect(again.paid).toEqual([]);
      }),
      parameters as object,
    );
  });
}

/** Which agent is changed, and what it does then. */
const change = fc.record({ nth: fc.nat(99), steps });

/** A run that crashed and went on with a changed agent, beside one that began with it. */
async function changedSince(
  live: Live,
  spec: AnyTeam,
  place: number,
  { nth, steps: other }: { readonly nth: number; readonly steps: readonly Step[] },
) {
  const changed = withChange(spec, nth, other);
  const begun = await live(spec, [], (team) => team.run(1, { runId: RUN }));
  const fresh = await live(changed, [], (team) => team.run(1, { runId: RUN }));
  // Of a finished run there is nothing to go on with.
  const kept = 1 + Math.floor(((begun.events.length - 1) * place) / 1_000);
  const resumed = await live(changed, begun.events.slice(0, kept), (team) => team.resume(RUN));
  return { changed, fresh, resumed };
}

/** All of an outcome but its bill, on which stands what was asked in vain. */
function decidedIn(outcome: Outcome): unknown {
  return lasting({ ...outcome, bill: { ...outcome.bill, calls: 0 } });
}
