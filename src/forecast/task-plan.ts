import type { SupervisorLabel } from "../model/events.ts";
import type { PlannedPanel } from "../model/planned-panel.ts";
import type { Mode, RunOptions } from "../team/run-options.ts";

/** What something costs: money in micro-dollars, time in ms. `"unknown"` if it cannot be known. */
export interface Estimate {
  readonly usdMicros: number | "unknown";
  readonly durationMs: number | "unknown";
}

/** An agent of a planned run, a nested team, or an agent that is asked to compare and decide. */
export interface PlannedAgent {
  /** Its name after those of its teams, joined by `/`; for an agent that is asked to decide it begins with `~`. */
  readonly place: string;
  readonly role: "member" | "team" | "judge";
  /** The places that it waits for. */
  readonly needs: readonly string[];
  /** Within its team, from 1: agents that wait for none, agents that wait for these, and so on; those that decide are last. */
  readonly stage: number;
  /** The tier at which it is asked first; `null` if it has none. */
  readonly tier: string | null;
  /** The name of the model there; `null` if it is unknown. */
  readonly model: string | null;
  /** Whether its answer is kept, so that it need not be asked; `"unknown"` if that depends on others' answers. */
  readonly kept: boolean | "unknown";
  /** How often it is asked at most, including retries, more expensive tiers, fallbacks and reruns. */
  readonly attempts: number | "unknown";
  readonly expected: Estimate;
  readonly worst: Estimate;
}

/** A budget that a run would be under, in micro-dollars. */
export interface PlannedBudget {
  /** As in messages: `a run of "gate"`, `agent "security"`. */
  readonly whose: string;
  /** The name under which runs share it; `null` if each has it for itself. */
  readonly scope: string | null;
  readonly limitMicros: number;
  /** What other runs have spent of it, and reserved. */
  readonly takenMicros: number;
  readonly worstMicros: number | "unknown";
  /** Whether the worst case fits into what is left; `false` if it is unknown. */
  readonly fits: boolean;
}

/** Why a part of the worst case is unknown. */
export interface PlanGap {
  readonly place: string;
  readonly what: "cost" | "time";
  /** Half a sentence: `it has no maxCost`. */
  readonly why: string;
}

/** How often something in a panel is expected, and how often at most. */
export interface PanelCount {
  /** `"unknown"` if no earlier run had a panel. */
  readonly expected: number | "unknown";
  readonly worst: number;
}

/** How many agents of a team would be asked. */
export interface ForecastPanel extends Pick<PlannedPanel, "until" | "order"> {
  /** How many of them are asked at once at first. */
  readonly first: number;
  /** How many are asked: on average in earlier runs with a panel, and at most. */
  readonly calls: PanelCount;
  /** In how many rounds, each after the answers of the one before: on average in the same runs, and at most. */
  readonly rounds: PanelCount;
}

/** What a task would cost, as far as that can be known without asking any agent. Plain JSON. */
export interface TaskPlan {
  readonly supervisor: SupervisorLabel;
  readonly mode: Mode;
  /** Present if not all need to be asked. */
  readonly panel?: ForecastPanel;
  /** In the order of the team, each nested team followed by its agents. */
  readonly agents: readonly PlannedAgent[];
  /** How many agents need not be asked, because their answers are kept. */
  readonly hits: number;
  /**
   * From earlier runs: medians by place over the last 50 at most, and nothing for kept answers. The time is that of the critical path,
   * with as many at once as the team's limits allow.
   */
  readonly expected: Estimate;
  /**
   * What a run costs at most, if no attempt costs more than its `maxCost` and the process does not die: every attempt except the
   * last fails, every tier and fallback is asked, judges are asked about `maxSubjects` subjects, and no kept answer is used. The time does not include
   * waiting for other runs, limiters, budgets and people.
   */
  readonly worst: Estimate;
  /** Why the worst case is unknown, if it is. */
  readonly gaps: readonly PlanGap[];
  /** How many runs the expectation is based on. */
  readonly recorded: number;
  readonly budgets: readonly PlannedBudget[];
}

/** The options of the planned run. */
export type PlanOptions<Name extends string = string> = Omit<RunOptions<Name>, "runId">;
