import type { OwnedBudget } from "../../money/budget.ts";
import { mergeLimits } from "../../policy/limits.ts";
import type { AgentNode, JudgeNode, TeamNode } from "./tree.ts";
import {
  add,
  NOTHING,
  sum,
  times,
  waitsMs,
  worstOf,
  type SeatWorst,
  type Tell,
  type Worst,
} from "./worst.ts";
import { listSchedule } from "./list-schedule.ts";
import type { PlanGap } from "./task-plan.ts";

/** The worst case of a run. */
export interface Total {
  readonly worst: Worst;
  /** By place; of a team the sum of its agents. */
  readonly places: ReadonlyMap<string, Worst>;
  readonly gaps: readonly PlanGap[];
  /** What the worst case charges to a budget, in micro-dollars. */
  chargedTo(owned: OwnedBudget): number | undefined;
}

/** What a run takes at most. */
export function totalOf(root: TeamNode): Total {
  const places = new Map<string, Worst>();
  const gaps = new Map<string, PlanGap>();
  const charges = new Map<string, Map<unknown, number | undefined>>();
  let narrowest = Infinity;

  const tellOf =
    (place: string): Tell =>
    (what, why) => {
      const key = `${what} ${place}`;
      if (!gaps.has(key)) gaps.set(key, { place, what, why });
    };
  const look = ({ seat }: AgentNode | JudgeNode): void => {
    for (const { rate, concurrency } of seat.limiters) {
      if (rate === undefined) narrowest = Math.min(narrowest, concurrency);
    }
  };
  const charge = ({ charges: made }: SeatWorst, many: number): void => {
    for (const { budgets, micros } of made) {
      for (const { place, budget } of budgets) {
        const ofPlace = charges.get(place) ?? new Map<unknown, number | undefined>();
        charges.set(place, ofPlace);
        const more = micros === undefined ? undefined : micros * many;
        ofPlace.set(budget, ofPlace.has(budget) ? sum(ofPlace.get(budget), more) : more);
      }
    }
  };

  const judging = (node: JudgeNode, repeats: number): Worst => {
    const { calls, callsInRow, place } = node;
    const tell = tellOf(place);
    if (calls === undefined || callsInRow === undefined) {
      tell("cost", "nobody says how often it is asked");
      tell("time", "nobody says how often it is asked");
      charge({ ...NO_CALLS, charges: [{ budgets: node.seat.budgets, micros: undefined }] }, 1);
      return UNKNOWN;
    }
    look(node);
    const one = worstOf(node.seat, undefined, false, tell);
    charge(one, calls * repeats);
    places.set(place, times(one.own, calls * repeats));
    return { ...times(one.own, calls), ms: times(one.own, callsInRow).ms };
  };

  /** A team asked once; `repeats` is how often that may be in the run. */
  const team = (node: TeamNode, repeats: number): Worst => {
    const { members, judges, seating } = node;
    const durations: (number | undefined)[] = [];
    let all = NOTHING;
    let doubtedMs: number | undefined = 0;
    let rerunMs: number | undefined = 0;
    for (const member of members) {
      if (member.kind === "team") {
        const { asWorker, limits } = member.seating.team;
        const { retries = 0 } = asWorker;
        const once = team(member, repeats * (1 + retries));
        const { backoff } = mergeLimits(limits);
        const waits = waitsMs({ retries, backoff: { ...backoff, maxRetryAfterMs: 0 } });
        const again = times(once, 1 + retries);
        durations.push(sum(again.ms, waits));
        all = add(all, again);
        continue;
      }
      look(member);
      const one = worstOf(member.seat, member.input, seating.reruns, tellOf(member.place));
      charge(one, repeats);
      const whole = add(one.own, one.rerun);
      places.set(member.place, times(whole, repeats));
      all = add(all, whole);
      durations.push(one.own.ms);
      doubtedMs = longer(doubtedMs, one.doubtedMs);
      rerunMs = longer(rerunMs, one.rerun.ms);
    }
    let ms = sum(pathMs(members, durations), sum(doubtedMs, rerunMs));
    for (const judge of judges) {
      const worst = judging(judge, repeats);
      all = add(all, worst);
      ms = sum(ms, worst.ms);
    }
    places.set(node.place, times({ ...all, ms }, repeats));
    return { ...all, ms };
  };

  const whole = team(root, 1);
  return {
    worst: { ...whole, ms: withQueueing(whole, narrowest) },
    places,
    gaps: [...gaps.values()],
    chargedTo: ({ place, budget }) => {
      const ofPlace = charges.get(place);
      return ofPlace?.has(budget) === true ? ofPlace.get(budget) : 0;
    },
  };
}

const NO_CALLS: SeatWorst = Object.freeze({
  own: NOTHING,
  doubtedMs: 0,
  rerun: NOTHING,
  charges: [],
});
const UNKNOWN: Worst = Object.freeze({
  attempts: Number.NaN,
  micros: undefined,
  ms: undefined,
  heldMs: undefined,
});

function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

/** The longest way through the members of a team. */
function pathMs(
  members: TeamNode["members"],
  durations: readonly (number | undefined)[],
): number | undefined {
  const known = durations.filter((ms) => ms !== undefined);
  if (known.length < durations.length) return undefined;
  return listSchedule(
    members.map(({ before }, index) => ({
      durationMs: known[index] ?? 0,
      after: before,
      lanes: NO_LANES,
    })),
  );
}

const NO_LANES: readonly never[] = [];

/**
 * The longest that a run can take: whenever nothing on its critical path goes on, as many slots are held as the narrowest limit has
 * (Graham 1969, as for list scheduling). Where there are slots for all at once, nothing waits.
 */
function withQueueing({ attempts, ms, heldMs }: Worst, narrowest: number): number | undefined {
  if (attempts <= narrowest) return ms;
  return sum(ms, heldMs === undefined ? undefined : Math.ceil(heldMs / narrowest));
}
