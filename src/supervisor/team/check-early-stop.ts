import { QuorateError } from "../../errors.ts";
import { checkGiven, checkKeys, checkKind, shown } from "../../policy/check-kind.ts";
import type { EarlyStop } from "../options.ts";

const KEYS: ReadonlySet<string> = new Set<keyof EarlyStop>(["subjects"]);
const MAX_SUBJECTS = 100;

/** When a team may stop early; `undefined` where never. Throws `BAD_OPTIONS`; `where` begins its sentence. */
export function checkEarlyStop(given: EarlyStop | undefined, where: string): EarlyStop | undefined {
  if (given === undefined) return undefined;
  const what = `${where}: earlyStop`;
  checkKind(given, what, "object", 'use { subjects: ["task"] }');
  checkKeys(given, KEYS, what);
  const { subjects } = given;
  checkGiven(subjects, `${what}.subjects`, "object", 'list the subjects that matter: ["task"]');
  const list: unknown = subjects;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_SUBJECTS) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${what}.subjects is no list of subjects; use 1 to ${MAX_SUBJECTS}, for instance ["task"]`,
    );
  }
  for (const subject of list) {
    if (typeof subject === "string" && subject !== "") continue;
    throw new QuorateError("BAD_OPTIONS", `${what}.subjects has ${shown(subject)}; use texts`);
  }
  return Object.freeze({ subjects: Object.freeze([...new Set(list as readonly string[])]) });
}
