import { object } from "../../check/kinds.ts";
import { QuorateError } from "../../model/errors.ts";
import { shown } from "../../check/shown.ts";
import type { Reliability } from "../../model/reliability.ts";

/** How a judge did on questions whose answer became known. Plain JSON; `auditJudges` counts it. */
export interface JudgeRecord {
  /** Questions that it was asked and whose answer became known. */
  readonly truths: number;
  /** Of these, those where it chose the same in both orders. */
  readonly consistent: number;
  /** Of those, how many it was right about. */
  readonly right: number;
  /** The average cost of one question, in all orders, in micro-dollars. Absent if it is unknown. */
  readonly usdMicros?: number;
}

/** How much a judge is trusted: a given share, or a record. */
export type JudgeWeight = number | JudgeRecord;

/** Judges' weights by their names: given, recorded, or learned from truths by `learn()`. */
export type JudgeWeights =
  | Readonly<Record<string, JudgeWeight>>
  | ReadonlyMap<string, JudgeWeight>
  | Reliability;

/** How often a judge's choice is right, and how certain that is. */
export interface JudgeTrust {
  /** The estimate, drawn towards the default by {@link PSEUDO_TRUTHS}. */
  readonly estimate: number;
  /** What its choices count as: one standard error below the estimate, or as given. 0–1, both excluded. */
  readonly accuracy: number;
  /** How many of its choices could be checked. */
  readonly checked: number;
  /** The record, if there is one. */
  readonly record?: JudgeRecord;
}

/** The accuracy of a judge without a record: Laplace's rule after two orders that agree, and after one answer. */
export const DEFAULT_ACCURACY: { readonly bothOrders: number; readonly once: number } = {
  bothOrders: 0.75,
  once: 2 / 3,
};
/** For `outcomes`, the name before 0.2.0. */
const RENAMED = "renamed to truths; what turned out to be right is a truth";

/** How many truths at the default accuracy are added to a record. */
export const PSEUDO_TRUTHS = 4;
/** A judge that is right less often is not asked, … */
export const LEAST_ACCURACY = 0.6;
/** … once this many of its choices could be checked. */
const LEAST_CHECKED = 10;

const LEAST = 0.01;

/** Looks up how much to trust a judge that is asked once or in both orders. Throws `BAD_OPTIONS` for invalid weights. */
export function trustBy(
  weights: unknown,
  where: string,
): (judge: string, once: boolean) => JudgeTrust {
  object("use for instance { strong: 0.85 }").take(weights, where);
  if (isReliability(weights)) return learnedTrust(weights, where);
  const known = new Map<string, unknown>(
    weights instanceof Map ? weights : Object.entries(weights ?? {}),
  );
  return (judge, once) => {
    const weight = known.get(judge);
    return trustIn(
      weight === undefined ? undefined : checkWeight(weight, `${where}: ${judge}`),
      once,
    );
  };
}

/** How much to trust a judge with this weight. */
export function trustIn(weight: JudgeWeight | undefined, once: boolean): JudgeTrust {
  const start = once ? DEFAULT_ACCURACY.once : DEFAULT_ACCURACY.bothOrders;
  if (weight === undefined) return { estimate: start, accuracy: start, checked: 0 };
  if (typeof weight === "number") return { estimate: weight, accuracy: weight, checked: 0 };
  const { consistent, right } = weight;
  const estimate = (right + PSEUDO_TRUTHS * start) / (consistent + PSEUDO_TRUTHS);
  return { ...cautious(estimate, consistent), record: weight };
}

function cautious(estimate: number, checked: number): JudgeTrust {
  const error = Math.sqrt((estimate * (1 - estimate)) / (checked + PSEUDO_TRUTHS));
  const accuracy = Math.min(1 - LEAST, Math.max(LEAST, estimate - error));
  return { estimate, accuracy, checked };
}

function isReliability(weights: unknown): weights is Reliability {
  return (
    typeof weights === "object" &&
    weights !== null &&
    "agents" in weights &&
    Array.isArray(weights.agents)
  );
}

/** What agents agree on says little about judges, because they share mistakes. So only truths count here. */
function learnedTrust(
  { agents, truths, refused }: Reliability,
  where: string,
): (judge: string, once: boolean) => JudgeTrust {
  if (refused !== undefined || !(truths > 0)) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where} were not learned from truths${refused === undefined ? "" : ` (${refused})`}; record some, or give shares`,
    );
  }
  const known = new Map(agents.map((learned) => [learned.agent, learned]));
  return (judge, once) => {
    const learned = known.get(judge);
    return learned === undefined
      ? trustIn(undefined, once)
      : cautious(learned.accuracy, learned.trials);
  };
}

/** Whether a judge's record is so bad that it is not asked. */
export function isDropped({ estimate, checked }: JudgeTrust): boolean {
  return checked >= LEAST_CHECKED && estimate < LEAST_ACCURACY;
}

/**
 * Orders judges by worth: the next one is always the cheapest judge within one standard error of
 * the best one left, by the share of questions that it settles correctly, where a question
 * without a choice counts half (the one-standard-error rule of Breiman et al. 1984).
 */
export function byWorth<T extends { readonly trust: JudgeTrust }>(
  judges: readonly T[],
): readonly T[] {
  const rest = judges.map((judge) => ({ judge, ...worthOf(judge.trust) }));
  const ordered: T[] = [];
  while (rest.length > 0) {
    const best = rest.reduce((a, b) => (b.share > a.share ? b : a));
    const near = rest.filter(({ share }) => share >= best.share - best.error);
    const next = near.reduce((a, b) => (b.cost < a.cost ? b : a));
    ordered.push(next.judge);
    rest.splice(rest.indexOf(next), 1);
  }
  return ordered;
}

function worthOf({ estimate, record }: JudgeTrust): {
  readonly share: number;
  readonly error: number;
  readonly cost: number;
} {
  if (record === undefined) return { share: estimate, error: 0, cost: 0 };
  const { truths, consistent, right, usdMicros = 0 } = record;
  const trials = truths + PSEUDO_TRUTHS;
  const open = truths - consistent;
  const share = (right + open / 2 + PSEUDO_TRUTHS * LEAST_ACCURACY) / trials;
  // A few truths that all agree do not make it certain.
  const spread = Math.max(0.25 / trials, (right + open / 4) / Math.max(1, truths) - share ** 2);
  return { share, error: Math.sqrt(spread / trials), cost: usdMicros };
}

/** Refuses with `BAD_OPTIONS` a value that is not a weight. */
function checkWeight(weight: unknown, where: string): JudgeWeight {
  if (typeof weight === "number" && weight > 0.5 && weight < 1) return weight;
  if (typeof weight === "object" && weight !== null) {
    if (Object.hasOwn(weight, "outcomes")) {
      throw new QuorateError("BAD_OPTIONS", `${where}: outcomes was ${RENAMED}`);
    }
    const { truths, consistent, right, usdMicros } = weight as Partial<
      Record<keyof JudgeRecord, unknown>
    >;
    if (
      isCount(truths) &&
      isCount(consistent) &&
      isCount(right) &&
      right <= consistent &&
      consistent <= truths &&
      (usdMicros === undefined || isAmount(usdMicros))
    ) {
      return { truths, consistent, right, ...(usdMicros !== undefined && { usdMicros }) };
    }
  }
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} is ${shown(weight)}; use the share of its choices that are right, above 0.5 and below 1, ` +
      "or { truths, consistent, right }, each a count that is not above the one before",
  );
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
