import { checkKeys, checkKind } from "../policy/check-kind.ts";
import { checkTier } from "../policy/tier.ts";
import type { Json } from "../json.ts";
import type { Link } from "./link.ts";

export interface RerunOptions {
  /** At which of the team's tiers they are asked; the next of each where left out. Never a cheaper one than before. */
  readonly tier?: string;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof RerunOptions>(["tier"]);

/**
 * Has those who disagree asked once more, with what the others hold in `context.others`; once in a run, for all subjects that
 * come to this link together. What they say then takes the place of what they said before, and the whole chain is tried on it
 * from its start, where this link passes. The reasoning says who has changed their mind.
 *
 * Passes on findings, and where nobody can be asked: without a supervisor. Throws `BAD_OPTIONS`.
 */
export function rerun(options: RerunOptions = {}): Link {
  checkKind(options, "what rerun() is given", "object", "use { tier }");
  checkKeys(options, OPTIONS, "rerun");
  const { tier } = options;
  if (tier !== undefined) checkTier(tier, "rerun: tier");
  return Object.freeze({
    name: "rerun",
    definition: { ...options } as Json,
    reruns: Object.freeze({ ...options }),
    settle(question, context) {
      if (question.kind === "finding")
        return { pass: "a finding is nobody's answer to a question" };
      if (context.rerun === undefined) {
        return { pass: "without a supervisor there is nobody who could be asked once more" };
      }
      return context.rerun(question, tier);
    },
  } satisfies Link);
}
