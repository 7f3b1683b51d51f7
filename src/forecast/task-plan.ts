import type { SupervisorLabel } from "../model/events.ts";
import type { PlannedPanel } from "../model/planned-panel.ts";
import type { Mode, RunOptions } from "../team/options.ts";

/** What something takes: money in micro-dollars, time in ms. Unknown where nobody can say. */
export interface Estimate {
  readonly usdMicros: number | "unknown";
  readonly durationMs: number | "unknown";
}

/** An agent of a run that could be, a nested team, or an agent that is asked to compare and decide. */
export interface PlannedAgent {
  /** Its name below those of its teams, joined by `/`; of one that is asked to decide it begins with `~`. */
  readonly place: string;
  readonly role: "member" | "team" | "judge";
  /** The places that it waits for. */
  readonly needs: readonly string[];
  /** Within its team, from 1: who waits for nobody, who waits for those, and so on; who decides is last. */
  readonly stage: number;
  /** At which tier it is asked first; `null` where it has none. */
  readonly tier: string | null;
  /** What the model there is called; `null` where nobody says. */
  readonly model: string | null;
  /** Whether its answer is kept, so that nobody need be asked; `"unknown"` where that depends on what others answer. */
  readonly kept: boolean | "unknown";
  /** How often it is asked at most: retries, dearer tiers, fallbacks and reruns included. */
  readonly attempts: number | "unknown";
  readonly expected: Estimate;
  readonly worst: Estimate;
}

/** A budget that a run would be under, in micro-dollars. */
export interface PlannedBudget {
  /** As messages say it: `a run of "gate"`, `agent "security"`. */
  readonly whose: string;
  /** The name under which runs share it; `null` where each has it for itself. */
  readonly scope: string | null;
  readonly limitMicros: number;
  /** What other runs have spent of it, and reserved. */
  readonly takenMicros: number;
  readonly worstMicros: number | "unknown";
  /** Whether the worst case fits into what is left; not where it is unknown. */
  readonly fits: boolean;
}

/** Why something of the worst case is unknown. */
export interface PlanGap {
  readonly place: string;
  readonly what: "cost" | "time";
  /** Half a sentence: `it has no maxCost`. */
  readonly why: string;
}

/** How often something of a panel is expected, and how often at most. */
export interface PanelCount {
  /** `"unknown"` where no run before had a panel. */
  readonly expected: number | "unknown";
  readonly worst: number;
}

/** How many of a team would be asked. */
export interface ForecastPanel extends Pick<PlannedPanel, "until" | "order"> {
  /** So many of them are asked at once at first. */
  readonly first: number;
  /** How many are asked: on average of the runs before that had a panel, and at most. */
  readonly calls: PanelCount;
  /** In how many rounds, each after the answers of the one before: on average of the same runs, and at most. */
  readonly rounds: PanelCount;
}

/** What a task would take, as far as that can be known without asking anybody. Plain JSON. */
export interface TaskPlan {
  readonly supervisor: SupervisorLabel;
  readonly mode: Mode;
  /** Where not everybody need be asked. */
  readonly panel?: ForecastPanel;
  /** In the order of the team, each nested team followed by its agents. */
  readonly agents: readonly PlannedAgent[];
  /** How many agents need not be asked, as their answers are kept. */
  readonly hits: number;
  /**
   * What runs before took: medians by place over the last 50 at most, and nothing for what is kept. Time along the critical path,
   * with as many at once as the team's limits allow.
   */
  readonly expected: Estimate;
  /**
   * What a run takes at most, if no attempt costs more than its `maxCost` and the process does not die: every attempt fails but the
   * last, every tier and fallback is asked, judges are asked about `maxSubjects` subjects, and nothing that is kept serves. Time without
   * what it waits for other runs, limiters, budgets and people.
   */
  readonly worst: Estimate;
  /** Why the worst case is unknown, where it is. */
  readonly gaps: readonly PlanGap[];
  /** How many runs the expectation is made of. */
  readonly recorded: number;
  readonly budgets: readonly PlannedBudget[];
}

/** What the run that is planned would have its own way. */
export type PlanOptions<Name extends string = string> = Omit<RunOptions<Name>, "runId">;
