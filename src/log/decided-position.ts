import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import type { EventBody } from "../model/events.ts";
import { canonicalJson, type Json } from "../model/json.ts";

/** A person's decision, and the positions that the person saw, from the log. */
export interface RecordedDecision {
  readonly event: Extract<EventBody, { type: "person.decided" }>;
  readonly positions: readonly Position[];
  /** The `seq` of the event that asked. */
  readonly askedAt: number;
}

/** The form of positions after secrets are taken out. */
export type AsKept = (position: Json) => Json;

/**
 * The position that a person decided for, among those that are held now. What the person saw may have been redacted, be in another
 * order, or not be held any more. In the last case there is none: the question must be asked again.
 */
export function decidedPosition(
  { event, positions: shown }: RecordedDecision,
  positions: readonly Position[],
  asKept: AsKept,
): Position | undefined {
  const { index = shown.findIndex(({ value }) => isFoldedSame(value, event.winner)) } = event;
  const wanted = shown[index];
  if (wanted === undefined) {
    // The question itself is not in the log any more; earlier versions kept the value.
    return onlyOne(positions.filter(({ value }) => isFoldedSame(value, event.winner)));
  }
  const alike = positions.filter(({ value }) => isFoldedSame(asKept(value), wanted.value));
  const unique = shown.filter(({ value }) => isFoldedSame(value, wanted.value)).length === 1;
  if (unique && alike.length === 1) return alike[0];
  return onlyOne(alike.filter((one) => holdersOf(one) === holdersOf(wanted)));
}

/** Whether what a person saw is what is held now, as far as that is visible. */
export function isOfQuestion(
  { positions: shown }: RecordedDecision,
  positions: readonly Position[],
  asKept: AsKept,
): boolean {
  const looks = (value: Json, one: Position): string => `${foldedKey(value)} ${holdersOf(one)}`;
  const now = positions.map((one) => looks(asKept(one.value), one)).toSorted();
  const then = shown.map((one) => looks(one.value, one)).toSorted();
  return canonicalJson(now) === canonicalJson(then);
}

function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function holdersOf({ heldBy }: Position): string {
  return canonicalJson(heldBy.map(({ agent }) => agent).toSorted());
}

function isFoldedSame(one: Json, another: Json): boolean {
  return foldedKey(one) === foldedKey(another);
}
