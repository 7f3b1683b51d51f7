import type { TokenScope } from "./http/tokens.ts";
import type { Estimate } from "../forecast/task-plan.ts";
import type { OpenQuestion } from "../log/questions.ts";
import type { RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Report } from "../report/report.ts";
import type { RunStatus, RunSummary } from "../store/store.ts";

export type { AgentFigures, AgentsFigures, CalibrationBin } from "./agent-figures.ts";
export type { Spending, SpentRun, TeamSpent } from "./spending.ts";

// The types of the HTTP API, for the page and for other clients. Times are in ms since 1970, money in micro-dollars.

/** Every answer that is not a success. */
export interface WireError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly issues?: readonly { readonly message: string; readonly path?: string }[];
  };
}

export interface SessionAnswer {
  readonly name?: string;
  readonly tenant?: string;
  readonly scopes: readonly TokenScope[];
}

export interface TeamListed {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly agents: readonly { readonly name: string; readonly description?: string }[];
  /** The JSON Schema of its task, if all its agents have the same schema and it can be expressed as one. */
  readonly input?: Json;
}

export interface TeamsAnswer {
  readonly teams: readonly TeamListed[];
}

export interface RunsAnswer {
  readonly runs: readonly RunSummary[];
  /** Pass it as `after` for the next page: there may be more. */
  readonly next?: string;
}

/** The number of runs of each status. */
export interface RunCounts {
  readonly all: number;
  readonly statuses: Readonly<Partial<Record<RunStatus, number>>>;
  /** Set if there are older runs, which were not counted. */
  readonly more?: true;
}

export interface RunBegun {
  readonly runId: string;
}

export interface RunAnswer {
  readonly run: RunSummary;
  /** Left out with `?report=false`. */
  readonly report?: Report;
}

export interface EventsAnswer {
  readonly events: readonly RunEvent[];
  /** Pass it as `after` for the next page: there are more. */
  readonly next?: number;
}

export interface QuestionsAnswer {
  readonly questions: readonly OpenQuestion[];
}

export interface CancelledAnswer {
  readonly answer: "asked" | "cancelled" | "ended";
}

export interface DecidedAnswer {
  /** `"left"`: another process drives the run, and takes the decision when the run waits again. */
  readonly kept: "recorded" | "left";
}

/** What a fork would ask again. */
export interface ForkPlan {
  /** The places of the agents whose answers are reused, if they and their team are unchanged. */
  readonly reused: readonly string[];
  /** The places of the agents that are asked. */
  readonly asked: readonly string[];
  /** The estimate for the agents that are asked. */
  readonly expected: Estimate;
  readonly worst: Estimate;
}
