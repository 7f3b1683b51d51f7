import type { TokenScope } from "./tokens.ts";
import type { Estimate } from "../forecast/task-plan.ts";
import type { OpenQuestion } from "../log/questions.ts";
import type { RunEvent } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import type { Report } from "../report/report.ts";
import type { RunStatus, RunSummary } from "../store/store.ts";

export type { AgentFigures, AgentsFigures, CalibrationBin } from "./agent-figures.ts";
export type { Spending, SpentRun, TeamSpent } from "./spending.ts";

// What goes over the wire, for whoever speaks to the server: the page, and clients of others. Times in ms since 1970, money in micro-dollars.

/** Every answer that is no success. */
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
  /** JSON Schema of its task, where its agents have one and the same schema, and that can be said as one. */
  readonly input?: Json;
}

export interface TeamsAnswer {
  readonly teams: readonly TeamListed[];
}

export interface RunsAnswer {
  readonly runs: readonly RunSummary[];
  /** Give it as `after`: there may be more. */
  readonly next?: string;
}

/** How many runs there are of each status. */
export interface RunCounts {
  readonly all: number;
  readonly statuses: Readonly<Partial<Record<RunStatus, number>>>;
  /** There are more, and older ones, which were not counted. */
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
  /** Give it as `after`: there are more already. */
  readonly next?: number;
}

export interface QuestionsAnswer {
  readonly questions: readonly OpenQuestion[];
}

export interface CancelledAnswer {
  readonly answer: "asked" | "cancelled" | "ended";
}

export interface DecidedAnswer {
  /** `"left"`: somebody drives the run, and takes the decision over when it waits again. */
  readonly kept: "recorded" | "left";
}

/** What a fork would ask again. */
export interface ForkPlan {
  /** The places of the agents whose answers are taken over, as long as they and their team are what they were. */
  readonly reused: readonly string[];
  /** The places of those that are asked. */
  readonly asked: readonly string[];
  /** Of those that are asked. */
  readonly expected: Estimate;
  readonly worst: Estimate;
}
