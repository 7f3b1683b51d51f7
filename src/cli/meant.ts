import type { Json } from "../json.ts";
import type { Verdict } from "../resolve/verdict.ts";
import { positionText } from "./brief.ts";
import { safeText } from "./safe-text.ts";

/**
 * The verdicts about the subject that a person means, who writes it as it is shown, perhaps only its beginning; none where
 * that is not clear. Several teams may have decided about one subject.
 */
export function verdictsMeant(verdicts: readonly Verdict[], subject: string): readonly Verdict[] {
  const exact = verdicts.filter((verdict) => verdict.subject === subject);
  if (exact.length > 0) return exact;
  const named = verdicts.filter((verdict) =>
    safeText(verdict.subject).startsWith(safeText(subject)),
  );
  return named.every((verdict) => verdict.subject === named[0]?.subject) ? named : [];
}

/** The position that a person means, who writes it as it is shown; `undefined` where nobody holds that. */
export function positionMeant(verdicts: readonly Verdict[], text: string): Json | undefined {
  const values = verdicts.flatMap(({ positions }) => positions.map(({ value }) => value));
  return values.find((value) => positionText(value) === safeText(text));
}
