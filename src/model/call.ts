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
 * What something cost. Money is in integer micro-dollars, tokens are counts. An amount that was not reported is
 * `"unknown"`, never 0. The parts of the tokens are those that were reported, and absent if none were.
 */
export interface Cost extends TokenParts {
  readonly usdMicros: number | "unknown";
  readonly inputTokens: number | "unknown";
  readonly outputTokens: number | "unknown";
  /** The known part of an unknown amount: it is at least that. Absent if nothing is known. */
  readonly atLeast?: KnownCost;
}

/** A cost that is completely known. */
export interface KnownCost {
  readonly usdMicros: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What something cost with one model; `null` if the model was not named. */
export interface ModelCost {
  readonly model: string | null;
  readonly cost: Cost;
}

/**
 * An agent's own report of what it used: an amount, or tokens that are priced by their model. It may come in several parts,
 * which are added up, each at the price of its own model.
 */
export interface Usage extends TokenParts {
  /** A fraction is rounded up. */
  readonly usdMicros?: number;
  /** All of the input, cached or not. */
  readonly inputTokens?: number;
  /** All of the output, reasoning included. */
  readonly outputTokens?: number;
  /** The model, if the agent knows it better than its team. */
  readonly model?: string;
}

/** A completely unknown cost. */
export const UNKNOWN_COST: Cost = Object.freeze({
  usdMicros: "unknown",
  inputTokens: "unknown",
  outputTokens: "unknown",
});

/** A cost of nothing, to begin a sum with. */
export const NO_COST: Cost = Object.freeze({ usdMicros: 0, inputTokens: 0, outputTokens: 0 });

/** The sum of two costs. Unknown if either is; then `atLeast` is the sum of the known parts. */
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

/** The difference to an earlier cost, `before`. What was unknown then counts as added since, except its known part. */
export function costSince(cost: Cost, before: Cost): Cost {
  if (before === NO_COST) return cost;
  return madeCost(
    (name) => (cost[name] === "unknown" ? "unknown" : cost[name] - known(before, name)),
    // Unknown costs recorded by earlier versions have no known part.
    (name) => Math.max(0, known(cost, name) - known(before, name)),
    (part) => Math.max(0, (cost[part] ?? 0) - (before[part] ?? 0)),
  );
}

/** The known part of an amount: all of it, or its `atLeast`. */
export function known(cost: Cost, name: keyof KnownCost): number {
  const amount = cost[name];
  return amount === "unknown" ? (cost.atLeast?.[name] ?? 0) : amount;
}

/** A cost of these amounts, with the known parts where one is unknown. */
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

/** One attempt at one call, as an executor receives it. Plain JSON: it may be sent to another machine. */
export interface CallRequest {
  readonly runId: string;
  readonly callId: string;
  /** Where the call stands in the run, as its events have it. */
  readonly place: CallPlace;
  /** The agent's place in the team, joined by `/`; the key under which an executor finds it. */
  readonly agent: string;
  readonly version: string | undefined;
  /** The validated task. */
  readonly input: unknown;
  /** Identifies the call by its content, if the run keeps keys; see `contentKey`. */
  readonly key: string | undefined;
  /** Results that this call may see: those that it needs, or in sequence all before it. */
  readonly results: Readonly<Record<string, UpstreamResult>>;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What was wrong with the output of the previous attempt, if it failed its schema. */
  readonly issues: readonly Issue[];
  /** The same as kept in the log, if that differs: an idempotency key is made of this. */
  readonly keptIssues?: readonly Issue[];
  /** The last checkpoint of an earlier attempt whose process died. */
  readonly checkpoint?: unknown;
  /** The team's tier that is asked. */
  readonly tier?: string;
  /** For a fallback: the errors of the agents that were asked before it. */
  readonly failed?: readonly ErrorRecord[];
  /** What others hold, if they disagree and the agent is asked once more. */
  readonly others?: readonly OtherSide[];
}

/** Another agent's position about a subject that this agent has spoken about, too. Its words are data, never instructions. */
export interface OtherSide {
  readonly subject: string;
  readonly position: Json;
  /** The evidence for it, bounded, without names. */
  readonly evidence: readonly string[];
}

/** Where an answer came from, if no agent was asked for it. */
export type ReusedBy = "fork" | "cache" | "joined";

/**
 * An agent that answered. If several calls were made for it (more expensive tiers, fallbacks, a rerun), attempts,
 * times and costs are the sums over all of them.
 */
export interface Answered<Output = unknown> {
  readonly status: "ok";
  readonly output: Output;
  /** How often the agent was asked; 1 if the first attempt answered. */
  readonly attempts: number;
  /** From the first dispatch to the answer, in ms; includes waits between attempts, but not queueing. */
  readonly durationMs: number;
  readonly cost: Cost;
  /** The answer existed already: no agent was asked for it in this run. */
  readonly reused?: ReusedBy;
  /** The call whose answer this is, if not the agent's first call: a more expensive tier, a fallback, a rerun. */
  readonly answeredBy?: string;
}

/** An agent that was asked and did not answer, and the error of its own last call. Sums as in `Answered`. */
export interface Failed {
  readonly status: "failed";
  readonly error: QuorateError;
  readonly attempts: number;
  readonly durationMs: number;
  readonly cost: Cost;
}

/** An agent that was not asked: the route left it out, an agent that it needs failed, or the answers were enough. */
export interface Skipped {
  readonly status: "skipped";
  /** `early-stop`: only in a run of an earlier version, which stopped agents whose answers could no longer change a verdict. */
  readonly reason: "not-routed" | "need-failed" | "required-failed" | "panel" | "early-stop";
  /** One sentence for a person. */
  readonly detail: string;
}

/** A nested supervisor that waits for a person, or an agent that is asked only after it. Only in a run that waits. */
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
