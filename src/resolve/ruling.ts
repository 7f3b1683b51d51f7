import { hear, isThenable, promiseOf } from "../model/hear.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { describeThrown } from "../model/errors.ts";
import { requireSync } from "../check/require-sync.ts";
import type { DeferralStatus, Question } from "./resolver.ts";

/** A ruling that has been checked: its winner is one of the question's positions. */
export type CheckedRuling = CheckedDecision | CheckedDeferral;

export interface CheckedDecision {
  readonly winner: Position;
  readonly confidence: number;
  readonly confidenceFrom: string;
  readonly calibrated: boolean;
  readonly reasoning: string;
  readonly defer?: undefined;
}

export interface CheckedDeferral {
  readonly defer: string;
  readonly status?: DeferralStatus;
}

/**
 * A resolver's ruling, checked. A resolver that throws, rejects, or returns an impossible ruling has deferred: this never rejects.
 */
export async function consult(question: Question, rule: () => unknown): Promise<CheckedRuling> {
  try {
    const given = rule();
    return check(question, isThenable(given) ? await promiseOf(given) : given);
  } catch (error) {
    return failed(error);
  }
}

/**
 * Like {@link consult}, for a resolver that must answer synchronously: one that returns a promise has deferred. `undefined` if it leaves
 * the question to others.
 */
export function consultAtOnce(question: Question, rule: () => unknown): CheckedRuling | undefined {
  try {
    const given: unknown = requireSync(rule, "it");
    return given === undefined ? undefined : check(question, given);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): CheckedDeferral {
  return { defer: `it failed: ${describeThrown(error)}` };
}

function check(question: Question, given: unknown): CheckedRuling {
  // Only the fields of a ruling are read, and only if all of them are sound.
  hear(given);
  if (typeof given !== "object" || given === null) {
    return { defer: `it returned ${given === null ? "null" : typeof given} instead of a ruling` };
  }
  const ruling = given as Readonly<Record<string, unknown>>;
  const { defer, status, confidence, confidenceFrom, calibrated = false, reasoning } = ruling;
  if (typeof defer === "string") return isDeferralStatus(status) ? { defer, status } : { defer };
  if (typeof ruling["pass"] === "string") {
    return { defer: `it returned { pass }, which is renamed to { defer }: ${ruling["pass"]}` };
  }
  const winner = positionOf(question, ruling["winner"]);
  if (winner === undefined)
    return { defer: "it decided for something that is not one of the positions" };
  if (!(typeof confidence === "number" && confidence >= 0 && confidence <= 1)) {
    const got = typeof confidence === "number" ? String(confidence) : describeThrown(confidence);
    return { defer: `it gave the confidence ${got}, which is not a number from 0 to 1` };
  }
  if (
    typeof confidenceFrom !== "string" ||
    confidenceFrom === "" ||
    typeof reasoning !== "string" ||
    typeof calibrated !== "boolean"
  ) {
    return { defer: "it decided without saying why, or from what its confidence comes" };
  }
  return { winner, confidence, confidenceFrom, calibrated, reasoning };
}

const DEFERRAL_STATUSES: Readonly<Record<DeferralStatus, true>> = {
  tied: true,
  "no-quorum": true,
  undecided: true,
  waiting: true,
};

function isDeferralStatus(value: unknown): value is DeferralStatus {
  return typeof value === "string" && Object.hasOwn(DEFERRAL_STATUSES, value);
}

function positionOf({ positions }: Question, value: unknown): Position | undefined {
  if (value === undefined) return undefined;
  const itself = positions.find((position) => position.value === value);
  if (itself !== undefined) return itself;
  const key = foldedKey(value);
  return positions.find((position) => foldedKey(position.value) === key);
}
