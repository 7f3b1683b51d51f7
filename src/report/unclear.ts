import { NO_VERDICT, type Unclear } from "../model/unclear.ts";
import type { Verdict } from "../model/verdict.ts";

const MAX_SUBJECTS = 5;

/** Why it is undecided whether a run passes, in one sentence; `shown` makes a subject safe for its place. */
export function unclearWords(
  unclear: readonly Unclear[],
  verdicts: readonly Pick<Verdict, "kind" | "subject">[],
  shown: (subject: string) => string,
): string {
  const reasons = unclear.map(({ subject, why }) => {
    if (subject === "") return why;
    return why === NO_VERDICT ? `no verdict about ${shown(subject)}` : `${shown(subject)} ${why}`;
  });
  const claimed = verdicts.flatMap(({ kind, subject }) => (kind === "claim" ? [subject] : []));
  const subjects = [...new Set(claimed)];
  if (!unclear.some(({ why }) => why === NO_VERDICT) || subjects.length === 0) {
    return reasons.join("; ");
  }
  const more = subjects.length > MAX_SUBJECTS ? ` and ${subjects.length - MAX_SUBJECTS} more` : "";
  const named = subjects.slice(0, MAX_SUBJECTS).map(shown).join(", ");
  return [...reasons, `there are verdicts about ${named}${more}`].join("; ");
}
