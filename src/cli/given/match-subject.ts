import { isDeepStrictEqual } from "node:util";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import type { Verdict } from "../../model/verdict.ts";
import { positionText } from "../shown/summarize.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";

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

/**
 * The position that a person means: the one whose JSON they write, else the one that is shown as they write it; `undefined` where
 * nobody holds that. Throws `BAD_OPTIONS` where several are shown so.
 */
export function positionMeant(verdicts: readonly Verdict[], text: string): Json | undefined {
  const values = verdicts.flatMap(({ positions }) => positions.map(({ value }) => value));
  const written = parsed(text);
  const exact = values.find((value) => isDeepStrictEqual(value, written));
  if (exact !== undefined) return exact;
  const [shown, ...others] = values.filter((value) => positionText(value) === safeText(text));
  const another = others.filter((value) => !isDeepStrictEqual(value, shown));
  if (shown === undefined || another.length === 0) return shown;
  const all = [shown, ...another].map((value) => safeJson(value)).join(", ");
  throw new QuorateError(
    "BAD_OPTIONS",
    `"${text}" may be any of ${all}; write the one you mean as JSON`,
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
