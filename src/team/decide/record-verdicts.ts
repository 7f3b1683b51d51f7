import { scopeOf } from "../../model/call-place.ts";
import type { Conflict, Position } from "../../model/conflict.ts";
import { byCodeUnits, type Subject } from "../../conflict/subject.ts";
import { conflictsAmong } from "../../conflict/subjects.ts";
import type { EventBody } from "../../model/events.ts";
import { canonicalJson } from "../../model/json.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { Deciding } from "./decide.ts";

const NOTHING_RECORDED: ReadonlyMap<string, Verdict> = new Map();

/** The verdicts in the log that still hold, by subject: a decision stands as long as it is about the same positions. */
export function recordedVerdicts(
  { run, at, missing }: Deciding,
  subjects: readonly Subject[],
): ReadonlyMap<string, Verdict> {
  const recorded = run.history?.verdicts(scopeOf(at));
  if (recorded === undefined || recorded.size === 0) return NOTHING_RECORDED;
  const absent = canonicalJson(missing.map(({ agent }) => agent).toSorted(byCodeUnits));
  return new Map(
    subjects.flatMap((subject) => {
      const verdict = recorded.get(subject.subject);
      return isAbout(verdict, subject) && canonicalJson(verdict.missing) === absent
        ? [[subject.subject, verdict] as const]
        : [];
    }),
  );
}

/** Records where answers differ, unless the log has it. */
export function recordConflicts(deciding: Deciding, subjects: readonly Subject[]): void {
  const { run, at } = deciding;
  const found = run.history?.conflicts(scopeOf(at));
  const isNoted = (conflict: Conflict): boolean => {
    if (found === undefined || found.size === 0) return false;
    const kept = run.redact?.event({ type: "conflict.found", conflict });
    const { subject, positions } = kept?.type === "conflict.found" ? kept.conflict : conflict;
    return isAbout(found.get(subject), { positions });
  };
  run.journal.note(
    conflictsAmong(subjects)
      .filter((conflict) => !isNoted(conflict))
      .map((conflict): EventBody => ({ type: "conflict.found", ...at, conflict })),
  );
}

/** Records verdicts; those that wait for a person are recorded with the run. Nobody sees them before the next event is kept. */
export function recordVerdicts(deciding: Deciding, verdicts: readonly Verdict[]): void {
  const { run, at } = deciding;
  const reached: EventBody[] = [];
  for (const verdict of verdicts) {
    if (verdict.status === "waiting") run.waits.push({ ...at, verdict });
    else reached.push({ type: "verdict.reached", ...at, verdict });
  }
  run.journal.note(reached);
}

/** Whether a record is about these positions, and not about other answers. */
function isAbout<T extends { readonly positions: readonly Position[] }>(
  recorded: T | undefined,
  { positions }: { readonly positions: readonly Position[] },
): recorded is T {
  return recorded !== undefined && canonicalJson(recorded.positions) === canonicalJson(positions);
}
