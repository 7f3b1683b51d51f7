// The types of the documents that are written as JSON: `schemas.ts` makes JSON Schemas from them.
import type {
  Answered,
  Bill,
  Cost,
  ErrorRecord,
  ForkOf,
  Missing,
  Notice,
  Outcome,
  RunEvent as Event,
  RunSummary,
  Skipped,
  SupervisorLabel,
  TaskPlan,
  Verdict,
  Waiting,
} from "../src/index.ts";
import type { ErrorJson } from "../src/model/errors.ts";
import type { EvalCase, Evaluation as Evaluated } from "../src/eval/index.ts";
import type { Report as Reported } from "../src/report/index.ts";

/** An agent that did not answer, as `JSON.stringify` writes it. */
export interface FailedResult {
  readonly status: "failed";
  readonly error: ErrorJson;
  readonly attempts: number;
  readonly durationMs: number;
  readonly cost: Cost;
}

/** What `run()` resolves to, after `JSON.stringify`. */
export interface OutcomeDocument extends Omit<Outcome, "results"> {
  readonly results: Readonly<Record<string, Answered | FailedResult | Skipped | Waiting>>;
}

/** One line of a run's log: `store.read()`, `quorate follow --json`. */
export type EventDocument = Event;

/** A call in the document of a run. */
export interface RunCall {
  readonly status: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly output?: unknown;
  readonly error?: ErrorRecord;
  readonly detail?: string;
  readonly cost?: Cost;
  readonly reusedFrom?: unknown;
}

/** What `run`, `resume`, `fork` and `decide` print with `--json`; `show --json` adds the events. */
export interface RunDocument {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  readonly status: string;
  readonly reason?: string;
  readonly forkOf?: ForkOf;
  readonly resumed?: readonly unknown[];
  readonly mode: "parallel" | "sequence";
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  /** By the id of the call. */
  readonly results: Readonly<Record<string, RunCall>>;
  readonly verdict: Verdict | null;
  readonly passed: boolean | null;
  /** With `team`, those of nested teams. */
  readonly verdicts: readonly (Verdict & { readonly team?: string })[];
  readonly missing: readonly Missing[];
  readonly notices: readonly Notice[];
  readonly bill: Bill | null;
  readonly events?: readonly Event[];
  /** How the command ended, and where the log is. */
  readonly exitCode?: number;
  readonly log?: string | null;
  readonly reuse?: unknown;
}

/** What `quorate runs --json` prints. */
export type RunsDocument = readonly RunSummary[];

/** What `quorate plan --json` prints. */
export type PlanDocument = TaskPlan;

/** What `report()`, `--report json=FILE` and `quorate report --format json` write. */
export type ReportDocument = Reported;

/** What `evaluate()` returns, and `quorate eval --json` and `--report json=FILE` write. */
export type EvaluationDocument = Evaluated;

/** One line of a file of cases. */
export type CaseDocument = EvalCase;
