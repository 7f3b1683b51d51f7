import type { OwnedBudget } from "../money/budget.ts";
import { mostAttempts, mostWaitMs } from "../retry/retry.ts";
import { limitsAsWorker } from "../team/team.ts";
import { listSchedule } from "./list-schedule.ts";
import type { PlanGap } from "./task-plan.ts";
import type { AgentNode, JudgeNode, TeamNode } from "./tree.ts";
import { add, NOTHING, times, worstOf, type AgentWorst, type Tell, type Worst } from "./worst.ts";

/** The worst case of a run. */
export interface Total {
  readonly worst: Worst;
  /** By place; for a team the sum of its agents. */
  readonly places: ReadonlyMap<string, Worst>;
  readonly gaps: readonly PlanGap[];
  /** What the worst case charges to a budget, in micro-dollars. */
  readonly charged: ReadonlyMap<OwnedBudget, number>;
}

/** What a run costs at most. */
export function totalOf(root: TeamNode): Total {
  const places = new Map<string, Worst>();
  const gaps = new Map<string, PlanGap>();
  const charged = new Map<OwnedBudget, number>();
  let narrowest = Infinity;

  const tellOf =
    (place: string): Tell =>
    (what, why) => {
      const key = `${what} ${place}`;
      if (!gaps.has(key)) gaps.set(key, { place, what, why });
    };
  const look = ({ configured }: AgentNode | JudgeNode): void => {
    for (const { waitsFor, concurrency } of configured.limiters) {
      if (waitsFor.kind === "concurrency") narrowest = Math.min(narrowest, concurrency);
    }
  };
  const charge = ({ charges }: AgentWorst, many: number): void => {
    if (many === 0) return;
    for (const { budgets, micros } of charges) {
      for (const owned of budgets) charged.set(owned, (charged.get(owned) ?? 0) + micros * many);
    }
  };

  const judging = (node: JudgeNode, repeats: number): Worst => {
    const { configured, calls, callsInRow, place } = node;
    const tell = tellOf(place);
    if (calls === Infinity) {
      tell("cost", "nothing says how often it is asked");
      tell("time", "nothing says how often it is asked");
    }
    look(node);
    const one = worstOf(configured, undefined, false, tell);
    charge(one, calls * repeats);
    places.set(place, times(one.own, calls * repeats));
    return { ...times(one.own, calls), ms: times(one.own, callsInRow).ms };
  };

  /** A team asked once; `repeats` is how often that may happen in the run. */
  const team = (node: TeamNode, repeats: number): Worst => {
    const { members, judges, configuredTeam } = node;
    const durations: number[] = [];
    let all = NOTHING;
    let doubtedMs = 0;
    let rerunMs = 0;
    for (const member of members) {
      if (member.kind === "team") {
        const limits = limitsAsWorker(member.configuredTeam.team);
        const attempts = mostAttempts(limits);
        const again = times(team(member, repeats * attempts), attempts);
        durations.push(again.ms + mostWaitMs(limits));
        all = add(all, again);
        continue;
      }
      look(member);
      const one = worstOf(
        member.configured,
        member.input,
        configuredTeam.reruns,
        tellOf(member.place),
      );
      charge(one, repeats);
      const whole = add(one.own, one.rerun);
      places.set(member.place, times(whole, repeats));
      all = add(all, whole);
      durations.push(one.own.ms);
      doubtedMs = Math.max(doubtedMs, one.doubtedMs);
      rerunMs = Math.max(rerunMs, one.rerun.ms);
    }
    const judged = judges.map((judge) => judging(judge, repeats));
    // A panel may ask one after another, until all are asked.
    const askedMs =
      node.plan.panel === undefined
        ? pathMs(members, durations)
        : durations.reduce((sum, duration) => sum + duration, 0);
    const ms = askedMs + doubtedMs + rerunMs;
    const worst = { ...all, ms };
    const whole = judged.reduce(add, worst);
    places.set(node.place, times(whole, repeats));
    return whole;
  };

  const whole = team(root, 1);
  return {
    worst: { ...whole, ms: withQueueing(whole, narrowest) },
    places,
    gaps: [...gaps.values()],
    charged,
  };
}

/** The longest way through the members of a team. */
function pathMs(members: TeamNode["members"], durations: readonly number[]): number {
  if (!durations.every(Number.isFinite)) return Infinity;
  return listSchedule(
    members.map(({ before }, index) => ({
      durationMs: durations[index] ?? 0,
      after: before,
      rooms: NO_ROOMS,
    })),
  );
}

const NO_ROOMS: readonly never[] = [];

/**
 * The longest that a run can take: whenever nothing on its critical path runs, as many slots are held as the narrowest limit has
 * (Graham 1969, as for list scheduling). If there are slots for all at once, nothing waits.
 */
function withQueueing({ attempts, ms, heldMs }: Worst, narrowest: number): number {
  return attempts <= narrowest ? ms : ms + Math.ceil(heldMs / narrowest);
}
