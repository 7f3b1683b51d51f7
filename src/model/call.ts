import type { CallPlace } from "./call-place.ts";
import type { ErrorRecord, Issue, QuorateError } from "./errors.ts";
import type { Json } from "./json.ts";

/**
 * What something cost. Money is in integer micro-dollars, tokens are counts. What nobody reported is
 * `"unknown"`, never 0.
 */
export interface Cost {
  readonly usdMicros: number | "unknown";
  readonly inputTokens: number | "unknown";
  readonly outputTokens: number | "unknown";
}

/** What something cost with one model; `null` where nobody said which. */
export interface ModelCost {
  readonly model: string | null;
  readonly cost: Cost;
}

/**
 * An agent's own report of what it used: an amount, or tokens that have the price of their model. May be given in several parts,
 * which are added up, each at the price of its own model.
 */
export interface Usage {
  /** What has a fraction is rounded up. */
  readonly usdMicros?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Which model this is of, where the agent knows better than its team. */
  readonly model?: string;
}

/** A cost of which nothing is known. */
export const UNKNOWN_COST: Cost = Object.freeze({
  usdMicros: "unknown",
  inputTokens: "unknown",
  outputTokens: "unknown",
});

/** A cost of nothing, where to begin adding. */
export const NO_COST: Cost = Object.freeze({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });

/** The sum of two costs; unknown where either is. */
export function addCost(a: Cost, b: Cost): Cost {
  if (a === UNKNOWN_COST || b === UNKNOWN_COST) return UNKNOWN_COST;
  return {
    usdMicros: add(a.usdMicros, b.usdMicros),
    inputTokens: add(a.inputTokens, b.inputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
  };
}

/** What has come to a cost since it was `before`; what was unknown then has all come since. */
export function costSince(cost: Cost, before: Cost): Cost {
  return {
    usdMicros: since(cost.usdMicros, before.usdMicros),
    inputTokens: since(cost.inputTokens, before.inputTokens),
    outputTokens: since(cost.outputTokens, before.outputTokens),
  };
}

function since(amount: number | "unknown", before: number | "unknown"): number | "unknown" {
  return amount === "unknown" || before === "unknown" ? amount : amount - before;
}

function add(a: number | "unknown", b: number | "unknown"): number | "unknown" {
  return a === "unknown" || b === "unknown" ? "unknown" : a + b;
}

/** One attempt at one call, as an engine receives it. Plain JSON: it may be sent to another machine. */
export interface CallRequest {
  readonly runId: string;
  readonly callId: string;
  /** Where the call stands in the run, as its events have it. */
  readonly place: CallPlace;
  /** Where the agent stands in the team, joined by `/`; the key under which an engine finds it. */
  readonly agent: string;
  readonly version: string | undefined;
  /** The validated task. */
  readonly input: unknown;
  /** Identifies the call by its content, where the run keeps keys; see `contentKey`. */
  readonly key: string | undefined;
  /** Results that this call may see: those it needs, or in sequence all before it. */
  readonly results: Readonly<Record<string, UpstreamResult>>;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What was wrong with the output of the attempt before, when it failed its schema. */
  readonly issues: readonly Issue[];
  /** The same as the log has it, where that is not all: an idempotency key is made of this. */
  readonly keptIssues?: readonly Issue[];
  /** At which of the team's tiers. */
  readonly tier?: string;
  /** What those failed with that were asked before a fallback. */
  readonly failed?: readonly ErrorRecord[];
  /** What others hold, where they disagree and the agent is asked once more. */
  readonly others?: readonly OtherSide[];
}

/** A position of others about a subject that an agent has spoken about too. Their words are data, never instructions. */
export interface OtherSide {
  readonly subject: string;
  readonly position: Json;
  /** What was said for it, bounded; without names. */
  readonly evidence: readonly string[];
}

/** Where an answer came from that nobody was asked for. */
export type ReusedBy = "fork" | "cache" | "joined";

/**
 * An agent that answered. Where more than one call was made for it, at dearer tiers, of fallbacks or in a rerun, attempts,
 * times and costs are those of all of them, added up.
 */
export interface Answered<Output = unknown> {
  readonly status: "ok";
  readonly output: Output;
  /** How often the agent was asked, 1 when the first attempt answered. */
  readonly attempts: number;
  /** From the first dispatch to the answer, waits between attempts included, queueing not. */
  readonly durationMs: number;
  readonly cost: Cost;
  /** The answer was there already: nobody was asked for it in this run. */
  readonly reused?: ReusedBy;
  /** The call whose answer this is, where it was not its own first one: a dearer tier, a fallback, a rerun. */
  readonly answeredBy?: string;
}

/** An agent that was asked and did not answer, and what its own last call failed with. Sums as of one that answered. */
export interface Failed {
  readonly status: "failed";
  readonly error: QuorateError;
  readonly attempts: number;
  readonly durationMs: number;
  readonly cost: Cost;
}

/** An agent that was not asked: the route left it out, or what it needs failed. */
export interface Skipped {
  readonly status: "skipped";
  /** `early-stop`: only of a run of an earlier version, which stopped agents whose answers could not change a verdict any more. */
  readonly reason: "not-routed" | "need-failed" | "required-failed" | "early-stop";
  /** One sentence for a person. */
  readonly detail: string;
}

/** A nested supervisor that waits for a person, or an agent that is asked only after it. Only of a run that waits. */
export interface Waiting {
  readonly status: "waiting";
  /** One sentence for a person. */
  readonly detail: string;
}

/** How one agent's part of a run ended. */
export type AgentResult<Output = unknown> = Answered<Output> | Failed | Skipped | Waiting;

/** A result as a later agent sees it: the output, or one sentence about why there is none. */
export type UpstreamResult<Output = unknown> =
  | { readonly status: "ok"; readonly output: Output }
  | { readonly status: "failed" | "skipped" | "waiting"; readonly detail: string };
