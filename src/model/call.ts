import type { CallPlace } from "./call-place.ts";
import type { ErrorRecord, Issue, QuorateError } from "./errors.ts";
import type { Json } from "./json.ts";

/** Counts of tokens. Some of the input may have been read from a provider's cache or written to it; some of the output is reasoning. */
export interface TokenParts {
  /** Of `inputTokens`, those that were read from the provider's cache. */
  readonly cachedInputTokens?: number;
  /** Of `inputTokens`, those that were written to the provider's cache. */
  readonly cacheWriteTokens?: number;
  /** Of `outputTokens`, those that the model spent on reasoning. */
  readonly reasoningTokens?: number;
}

/**
 * What something cost. Money is in integer micro-dollars, tokens are counts. What nobody reported is
 * `"unknown"`, never 0. The parts of the tokens are those that were reported, and left out where none were.
 */
export interface Cost extends TokenParts {
  readonly usdMicros: number | "unknown";
  readonly inputTokens: number | "unknown";
  readonly outputTokens: number | "unknown";
  /** What was reported of an unknown amount all the same: it is at least that. Left out where nothing is known of it. */
  readonly atLeast?: KnownCost;
}

/** A cost of which everything is known. */
export interface KnownCost {
  readonly usdMicros: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
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
export interface Usage extends TokenParts {
  /** What has a fraction is rounded up. */
  readonly usdMicros?: number;
  /** All of the input, cached or not. */
  readonly inputTokens?: number;
  /** All of the output, reasoning included. */
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

/** The sum of two costs; unknown where either is, and then at least what is known of both. */
export function addCost(a: Cost, b: Cost): Cost {
  // Nearly every sum is one of these: most agents are asked once, and many report nothing.
  if (a === NO_COST) return b;
  if (b === NO_COST || (a === UNKNOWN_COST && b === UNKNOWN_COST)) return a;
  return madeCost(
    (name) => (a[name] === "unknown" || b[name] === "unknown" ? "unknown" : a[name] + b[name]),
    (name) => known(a, name) + known(b, name),
    (part) => (a[part] ?? 0) + (b[part] ?? 0),
  );
}

/** What has come to a cost since it was `before`; what was unknown then has all come since, but for what was known of it. */
export function costSince(cost: Cost, before: Cost): Cost {
  if (before === NO_COST) return cost;
  return madeCost(
    (name) => (cost[name] === "unknown" ? "unknown" : cost[name] - known(before, name)),
    // What earlier versions recorded of an unknown cost has nothing that was known.
    (name) => Math.max(0, known(cost, name) - known(before, name)),
    (part) => Math.max(0, (cost[part] ?? 0) - (before[part] ?? 0)),
  );
}

/** What is known of an amount of a cost: all of it, or what it is at least. */
export function known(cost: Cost, name: keyof KnownCost): number {
  const amount = cost[name];
  return amount === "unknown" ? (cost.atLeast?.[name] ?? 0) : amount;
}

/** A cost of these amounts, and of what is known where one is unknown. */
export function madeCost(
  amount: (name: keyof KnownCost) => number | "unknown",
  least: (name: keyof KnownCost) => number,
  part: (name: keyof TokenParts) => number,
): Cost {
  const cost = {
    usdMicros: amount("usdMicros"),
    inputTokens: amount("inputTokens"),
    outputTokens: amount("outputTokens"),
  };
  const parts: { -readonly [K in keyof TokenParts]: TokenParts[K] } = {};
  for (const name of TOKEN_PARTS) {
    const tokens = part(name);
    if (tokens > 0) parts[name] = tokens;
  }
  const isKnown = AMOUNTS.every((name) => cost[name] !== "unknown" || least(name) === 0);
  if (isKnown) return { ...cost, ...parts };
  const atLeast = {
    usdMicros: least("usdMicros"),
    inputTokens: least("inputTokens"),
    outputTokens: least("outputTokens"),
  };
  return { ...cost, ...parts, atLeast };
}

export const AMOUNTS: readonly (keyof KnownCost)[] = ["usdMicros", "inputTokens", "outputTokens"];
export const TOKEN_PARTS: readonly (keyof TokenParts)[] = [
  "cachedInputTokens",
  "cacheWriteTokens",
  "reasoningTokens",
];

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
  /** How far it said that it is when it was made before, by a process that died. */
  readonly checkpoint?: unknown;
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

/** An agent that was not asked: the route left it out, what it needs failed, or those who have answered were enough. */
export interface Skipped {
  readonly status: "skipped";
  /** `early-stop`: only of a run of an earlier version, which stopped agents whose answers could not change a verdict any more. */
  readonly reason: "not-routed" | "need-failed" | "required-failed" | "panel" | "early-stop";
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
