import { boundAt } from "../../engine/dispatch.ts";
import type { Seat } from "../../engine/seat.ts";
import { describeThrown } from "../../errors.ts";
import type { OwnedBudget } from "../../money/budget.ts";
import type { Limits } from "../../policy/limits.ts";
import type { Known } from "./tree.ts";

/** What something takes at most; `undefined` where nobody can say. */
export interface Worst {
  readonly attempts: number;
  readonly micros: number | undefined;
  /** One after another. */
  readonly ms: number | undefined;
  /** How long slots are held for it, added up: an attempt that does not stop holds its slot for its grace time, too. */
  readonly heldMs: number | undefined;
}

export const NOTHING: Worst = Object.freeze({ attempts: 0, micros: 0, ms: 0, heldMs: 0 });

/** One after the other. */
export function add(a: Worst, b: Worst): Worst {
  return {
    attempts: a.attempts + b.attempts,
    micros: sum(a.micros, b.micros),
    ms: sum(a.ms, b.ms),
    heldMs: sum(a.heldMs, b.heldMs),
  };
}

/** So many times, one after another. */
export function times({ attempts, micros, ms, heldMs }: Worst, many: number): Worst {
  const by = (one: number | undefined): number | undefined =>
    many === 0 ? 0 : one === undefined ? undefined : one * many;
  return { attempts: attempts * many, micros: by(micros), ms: by(ms), heldMs: by(heldMs) };
}

/** The greater of each. */
function most(a: Worst, b: Worst): Worst {
  const of = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined || y === undefined ? undefined : Math.max(x, y);
  return {
    attempts: Math.max(a.attempts, b.attempts),
    micros: of(a.micros, b.micros),
    ms: of(a.ms, b.ms),
    heldMs: of(a.heldMs, b.heldMs),
  };
}

export function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** The calls that may be made for one agent, by when. */
export interface SeatWorst {
  /** Its own call, dearer tiers, and those who stand in for it. */
  readonly own: Worst;
  /** Once all have answered: dearer tiers, where others contradict it. Counted in `own` but for their time. */
  readonly doubtedMs: number | undefined;
  /** Once more, where the chain wants a rerun. */
  readonly rerun: Worst;
  /** What is charged to which budgets, `own` and `rerun` together. */
  readonly charges: readonly Charge[];
}

export interface Charge {
  readonly budgets: readonly OwnedBudget[];
  readonly micros: number | undefined;
}

/** Is told why something is unknown. */
export type Tell = (what: "cost" | "time", why: string) => void;

/** What an agent takes at most that is given a question once. */
export function worstOf(seat: Seat, input: Known, reruns: boolean, tell: Tell): SeatWorst {
  const charges: Charge[] = [];
  let own = NOTHING;
  let doubtedMs: number | undefined = 0;
  let dearest = NOTHING;
  const budgets = new Set<OwnedBudget>();
  const visit = (first: Seat): void => {
    for (const owned of first.budgets) budgets.add(owned);
    const escalates = first.escalateIf.length > 0;
    const late = first.escalateIf.some((when) => when === "conflict" || when === "low-margin");
    for (let at: Seat | undefined = first; at !== undefined; at = at.next()) {
      const asked = at === first || escalates;
      // A rerun may ask at any tier above.
      if (!asked && !reruns) break;
      const call = callOf(at, input, tell);
      dearest = most(dearest, call);
      if (!asked) continue;
      own = add(own, call);
      charges.push({ budgets: at.budgets, micros: call.micros });
      if (at !== first && late) doubtedMs = sum(doubtedMs, call.ms);
    }
    for (const other of first.fallback) visit(other);
  };
  visit(seat);
  if (!reruns) return { own, doubtedMs, rerun: NOTHING, charges };
  charges.push({ budgets: [...budgets], micros: dearest.micros });
  return { own, doubtedMs, rerun: dearest, charges };
}

/** All attempts of one call. One that is told to come later has cost nothing, or counts as a repetition. */
function callOf(seat: Seat, input: Known, tell: Tell): Worst {
  const { limits } = seat;
  const attempts = 1 + limits.retries;
  const bound = boundOf(seat, input, tell);
  const { timeoutMs, graceMs } = limits;
  if (timeoutMs === Infinity) tell("time", "its timeoutMs is Infinity");
  const endless = timeoutMs === Infinity;
  return {
    attempts,
    micros: bound === undefined ? undefined : bound * attempts,
    ms: endless ? undefined : attempts * timeoutMs + waitsMs(limits),
    heldMs: endless ? undefined : attempts * (timeoutMs + graceMs),
  };
}

/** The longest waits between attempts: as the back-off has it, or as long as an agent may be told to stay away. */
export function waitsMs({ retries, backoff }: Pick<Limits, "retries" | "backoff">): number {
  let waitsMs = 0;
  for (let attempt = 1; attempt <= retries; attempt++) {
    const { baseMs, maxMs, maxRetryAfterMs } = backoff;
    waitsMs += Math.max(Math.min(maxMs, baseMs * 2 ** (attempt - 1)), maxRetryAfterMs);
  }
  return waitsMs;
}

function boundOf(seat: Seat, input: Known, tell: Tell): number | undefined {
  const { agent, modelName, prices } = seat;
  const { maxCost } = agent;
  if (maxCost === undefined) {
    tell("cost", "it has no maxCost");
    return undefined;
  }
  if (typeof maxCost === "function" && input === undefined) {
    tell("cost", "its maxCost depends on an input that is not known yet");
    return undefined;
  }
  try {
    const { usdMicros } = boundAt(seat, input?.value);
    if (usdMicros === undefined) {
      const priced = modelName !== undefined && prices.has(modelName);
      tell(
        "cost",
        priced
          ? "its maxCost has no tokens"
          : `its maxCost is in tokens of ${modelName ?? "a model"} without a price`,
      );
    }
    return usdMicros;
  } catch (error) {
    tell("cost", describeThrown(error));
    return undefined;
  }
}
