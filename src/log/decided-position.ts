import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import type { EventBody } from "../model/events.ts";
import { canonicalJson, type Json } from "../model/json.ts";

/** What a person decided, and the positions that they saw, as the log has them. */
export interface RecordedDecision {
  readonly event: Extract<EventBody, { type: "person.decided" }>;
  readonly positions: readonly Position[];
  /** The `seq` of the event that asked. */
  readonly askedAt: number;
}

/** How positions look once secrets are taken out of them. */
export type AsKept = (position: Json) => Json;

/**
 * The position that a person decided for, among those that are held now: what they saw may have been redacted, stand in another
 * order, or not be held any more. Then nothing is: that question has to be put again.
 */
export function decidedPosition(
  { event, positions: shown }: RecordedDecision,
  positions: readonly Position[],
  asKept: AsKept,
): Position | undefined {
  const { index = shown.findIndex(({ value }) => isFoldedSame(value, event.winner)) } = event;
  const wanted = shown[index];
  if (wanted === undefined) {
    // The question itself is not in the log any more; of earlier versions of this package, which kept the value.
    return onlyOne(positions.filter(({ value }) => isFoldedSame(value, event.winner)));
  }
  const alike = positions.filter(({ value }) => isFoldedSame(asKept(value), wanted.value));
  const unique = shown.filter(({ value }) => isFoldedSame(value, wanted.value)).length === 1;
  if (unique && alike.length === 1) return alike[0];
  return onlyOne(alike.filter((one) => holdersOf(one) === holdersOf(wanted)));
}

/** Whether what a person saw is what is held now, as far as it can be seen. */
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
