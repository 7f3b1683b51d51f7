import { boundAt } from "../call/dispatch.ts";
import { ladder, mayBeContradicted, rerunAgents } from "../call/ladder.ts";
import type { ConfiguredAgent } from "../call/configured-agent.ts";
import { describeThrown } from "../model/errors.ts";
import type { OwnedBudget } from "../money/budget.ts";
import { mostAttempts, mostWaitMs } from "../retry/retry.ts";
import type { KnownTask } from "./tree.ts";

/** What something costs at most; `Infinity` if unknown. */
export interface Worst {
  readonly attempts: number;
  readonly micros: number;
  /** One after another. */
  readonly ms: number;
  /** How long slots are held for it, added up: an attempt that does not stop also holds its slot for its grace time. */
  readonly heldMs: number;
}

export const NOTHING: Worst = Object.freeze({ attempts: 0, micros: 0, ms: 0, heldMs: 0 });
export const UNKNOWN: Worst = Object.freeze({
  attempts: Infinity,
  micros: Infinity,
  ms: Infinity,
  heldMs: Infinity,
});

/** One after the other. */
export function add(a: Worst, b: Worst): Worst {
  return each(a, b, (x, y) => x + y);
}

/** This many times, one after another. */
export function times(one: Worst, many: number): Worst {
  return many === 0 ? NOTHING : each(one, one, (x) => x * many);
}

function each(a: Worst, b: Worst, by: (x: number, y: number) => number): Worst {
  return {
    attempts: by(a.attempts, b.attempts),
    micros: by(a.micros, b.micros),
    ms: by(a.ms, b.ms),
    heldMs: by(a.heldMs, b.heldMs),
  };
}

/** What the calls of one agent cost at most, by when they are made. */
export interface AgentWorst {
  /** The whole of its ladder. */
  readonly own: Worst;
  /** Of that, the time of calls that are made only once all have answered: more expensive tiers, if others contradict it. */
  readonly doubtedMs: number;
  /** Once more, if the chain wants a rerun. */
  readonly rerun: Worst;
  /** The charges by budget, `own` and `rerun` together. */
  readonly charges: readonly WorstCharge[];
}

export interface WorstCharge {
  readonly budgets: Iterable<OwnedBudget>;
  readonly micros: number;
}

/** Called with the reason why something is unknown. */
export type Tell = (what: "cost" | "time", why: string) => void;

/** What an agent costs at most for one question: every call of its ladder, and the most expensive and longest one in a rerun. */
export function worstOf(
  configured: ConfiguredAgent,
  input: KnownTask,
  reruns: boolean,
  tell: Tell,
): AgentWorst {
  const charges: WorstCharge[] = [];
  let own = NOTHING;
  let doubtedMs = 0;
  for (const { configured: asked, after } of ladder(configured)) {
    const call = callOf(asked, input, tell);
    own = add(own, call);
    charges.push({ budgets: asked.budgets, micros: call.micros });
    if (after === "doubt" && mayBeContradicted(asked)) doubtedMs += call.ms;
  }
  if (!reruns) return { own, doubtedMs, rerun: NOTHING, charges };
  const members = rerunAgents(configured);
  const rerun = members
    .map((at) => callOf(at, input, tell))
    .reduce((most, call) => each(most, call, Math.max));
  const budgets = new Set(members.flatMap((at) => at.budgets));
  charges.push({ budgets, micros: rerun.micros });
  return { own, doubtedMs, rerun, charges };
}

/** All attempts of one call. A rate-limited attempt has cost nothing, or counts as a retry. */
function callOf(configured: ConfiguredAgent, input: KnownTask, tell: Tell): Worst {
  const { timeoutMs, graceMs } = configured.limits;
  if (timeoutMs === Infinity) tell("time", "its timeoutMs is Infinity");
  const attempts = mostAttempts(configured.limits);
  return {
    attempts,
    micros: boundOf(configured, input, tell) * attempts,
    ms: attempts * timeoutMs + mostWaitMs(configured.limits),
    heldMs: attempts * (timeoutMs + graceMs),
  };
}

/** What one attempt costs at most. */
export function boundOf(configured: ConfiguredAgent, input: KnownTask, tell?: Tell): number {
  const { agent, modelName, prices, free } = configured;
  if (free) return 0;
  const unknown = (why: string): number => {
    tell?.("cost", why);
    return Infinity;
  };
  const { maxCost } = agent;
  if (maxCost === undefined) return unknown("it has no maxCost");
  if (typeof maxCost === "function" && input === undefined) {
    return unknown("its maxCost depends on an input that is not known yet");
  }
  try {
    const { usdMicros } = boundAt(configured, input?.value);
    if (usdMicros !== undefined) return usdMicros;
    return unknown(
      modelName !== undefined && prices.has(modelName)
        ? "its maxCost has no tokens"
        : `its maxCost is in tokens of ${modelName ?? "a model"} without a price`,
    );
  } catch (error) {
    return unknown(describeThrown(error));
  }
}
