import type { PanelUntil } from "../model/planned-panel.ts";
import type { SaidSoFar } from "../resolve/foresight.ts";
import { certain, couldBeCertain, madeOf, mostSure, type Outlook } from "./certain.ts";
import { couldLead, LEAST_TRUTHS, leads, type IsKin } from "./lead.ts";

/** The rule that decides whether more are asked. */
export interface PanelRule {
  readonly until: PanelUntil;
  readonly outlook: Outlook;
  /** How many truths the knowledge of the agents is based on. */
  readonly truths: number;
  readonly isKin: IsKin;
}

/** Whether enough have spoken about a subject. */
export function isClosed(rule: PanelRule, said: SaidSoFar, toCome: readonly string[]): boolean {
  const { until, outlook, truths, isKin } = rule;
  if (toCome.length === 0 || certain(outlook, said, toCome) !== undefined) return true;
  if (until === "certain") return false;
  if (until === "lead") return truths >= LEAST_TRUTHS && leads(said, madeOf(outlook, said), isKin);
  const made = madeOf(outlook, said);
  return typeof made?.place === "number" && made.confidence >= until.confidence;
}

/**
 * The members to ask next, of those to come in their order: the fewest whose answers could close it. Fewer could not, so asking them
 * one by one would take as many calls.
 */
export function nextRound(
  rule: PanelRule,
  said: SaidSoFar,
  toCome: readonly string[],
): readonly string[] {
  for (let count = 1; count < toCome.length; count++) {
    const next = toCome.slice(0, count);
    if (couldClose(rule, said, next, toCome.slice(count))) return next;
  }
  return toCome;
}

function couldClose(
  { until, outlook, truths, isKin }: PanelRule,
  said: SaidSoFar,
  next: readonly string[],
  rest: readonly string[],
): boolean {
  if (couldBeCertain(outlook, said, next, rest)) return true;
  if (until === "certain") return false;
  if (until === "lead") return truths >= LEAST_TRUTHS && couldLead(said, next, isKin);
  return mostSure(outlook, said, next) >= until.confidence;
}
