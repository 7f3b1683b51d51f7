import { options, type Options } from "../check/options.ts";
import { TIER } from "../describe/tier.ts";
import type { Json } from "../model/json.ts";
import type { Resolver } from "./resolver.ts";

export interface RerunOptions {
  /** At which of the team's tiers they are asked; the next of each where left out. Never a cheaper one than before. */
  readonly tier?: string;
}

export const RERUN: Options<RerunOptions> = options({ tier: TIER }, { instead: "use { tier }" });

/**
 * Has those who disagree asked once more, with what the others hold in `context.others`; once in a run, for all subjects that
 * come to this resolver together. What they say then takes the place of what they said before, and the whole chain is tried on it
 * from its start, where this resolver defers. The reasoning says who has changed their mind.
 *
 * Defers on findings, and where nobody can be asked: without a supervisor. Throws `BAD_OPTIONS`.
 */
export function rerun(given: RerunOptions = {}): Resolver {
  const taken = RERUN.of(given, "rerun");
  return Object.freeze({
    name: "rerun",
    definition: { ...given } as Json,
    reruns: taken,
    settle(question, context) {
      if (question.kind === "finding")
        return { defer: "a finding is nobody's answer to a question" };
      if (context.rerun === undefined) {
        return { defer: "without a supervisor there is nobody who could be asked once more" };
      }
      return context.rerun(question, taken.tier);
    },
  } satisfies Resolver);
}
