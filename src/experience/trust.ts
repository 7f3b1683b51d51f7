import { QuorateError } from "../errors.ts";
import { checkKeys, checkKind } from "../policy/check-kind.ts";
import type { Trust } from "../resolve/link.ts";

/** A person's decision counts as an outcome that was recorded, a judge's as none. */
export const DEFAULT_TRUST: Required<Trust> = Object.freeze({ person: 1, judge: 0 });
const KEYS: ReadonlySet<string> = new Set(Object.keys(DEFAULT_TRUST));

/** What verdicts count as outcomes, with the defaults. Throws `BAD_OPTIONS`. */
export function checkTrust(trust: Trust | undefined, where: string): Required<Trust> {
  checkKind(trust, `${where}: trust`, "object", "use { person: 1, judge: 0.5 }");
  if (trust !== undefined) checkKeys(trust, KEYS, `${where}: trust`);
  const { person, judge } = { ...DEFAULT_TRUST, ...trust };
  for (const [who, weight] of Object.entries({ person, judge })) {
    if (typeof weight === "number" && weight >= 0 && weight <= 1) continue;
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where}: trust.${who} is ${String(weight)}; use a weight from 0 to 1`,
    );
  }
  return { person, judge };
}
