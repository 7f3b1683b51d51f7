import { objectsIn, readGiven } from "../check/given.ts";
import type { Conflict } from "../model/conflict.ts";
import { conflictsAmong } from "../conflict/subjects.ts";
import type { Verdict } from "../model/verdict.ts";

/** Where answers differed, with who held what: the verdicts on contested subjects, in their order. */
export function conflictsOf(verdicts: Iterable<Verdict>): readonly Conflict[] {
  const where = "conflictsOf";
  return readGiven(where, verdicts, () => conflictsAmong(objectsIn(verdicts, where)));
}
