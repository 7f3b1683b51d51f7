// What the server answers with, as JSON.
import type { Estimate } from "../../../src/forecast/task-plan.ts";
import type { RunEvent } from "../../../src/model/events.ts";
import type { Json } from "../../../src/model/json.ts";
import type { LearnedBefore } from "../../../src/model/reliability.ts";
import type { Report } from "../../../src/report/report.ts";
import type { RunSummary } from "../../../src/store/store.ts";

export type Scope = "read" | "run" | "decide";

/** Who is signed in, and what that allows. */
export interface SessionAnswer {
  readonly tenant?: string;
  readonly name?: string;
  readonly scopes: readonly Scope[];
}

export interface TeamListed {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly agents: readonly { readonly name: string; readonly description?: string }[];
  /** What a task has to be, as JSON Schema, where the team says it. */
  readonly input?: unknown;
}

export interface RunsAnswer {
  readonly runs: readonly RunSummary[];
  /** What `after` is for those behind them; absent where there are none. */
  readonly next?: string;
}

export interface RunAnswer {
  readonly run: RunSummary;
  readonly report?: Report;
}

export interface EventsAnswer {
  readonly events: readonly RunEvent[];
}

export interface RunBegun {
  readonly runId: string;
}

/** What a person decided. */
export interface DecisionWire {
  readonly subject: string;
  readonly winner: Json;
  readonly why: string;
  readonly by?: string;
  /** The nested team that asks. */
  readonly team?: string;
}

export interface ForkPlan {
  readonly reused: readonly string[];
  readonly asked: readonly string[];
  readonly expected: Estimate;
  readonly worst: Estimate;
}

export interface AgentFigures {
  readonly agent: string;
  readonly calls: number;
  readonly failed: number;
  /** Of the last calls, oldest first. */
  readonly latencyMs: readonly number[];
  readonly usdMicros: readonly (number | null)[];
  readonly models: readonly string[];
}

/** Verdicts that were about as sure, and how many of them were right. */
export interface CalibrationBin {
  readonly mean: number;
  readonly right: number;
  readonly of: number;
  readonly interval: readonly [low: number, high: number];
}

export interface AgentsFigures {
  readonly team: string;
  /** Left out where it would tell of others’ runs. */
  readonly learned?: LearnedBefore;
  readonly agents: readonly AgentFigures[];
  readonly calibration?: { readonly bins: readonly CalibrationBin[] };
}
