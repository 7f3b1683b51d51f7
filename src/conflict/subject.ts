import type { PlacedFinding } from "../model/claim.ts";
import type { Position, SubjectKind } from "../model/conflict.ts";

/** A question to decide: a subject with its positions, contested or not. */
export interface Subject {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What its reporters say together, if it is more than a text. */
  readonly finding?: PlacedFinding;
  /** The most held first; equally held ones in canonical order. One if it is not contested, none if all were set aside. */
  readonly positions: readonly Position[];
  /** A sentence about claims that were set aside. */
  readonly note?: string;
  /** Why the positions could not be compared: nothing may be decided. */
  readonly refused?: string;
}

/** The order of UTF-16 code units: the same on every machine, whatever its language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `x, y and 3 more`: the first `most` of a list that may be long, each in words. */
export function fewOf<T>(items: readonly T[], most: number, inWords: (item: T) => string): string {
  const rest = items.length - most;
  return items.slice(0, most).map(inWords).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
