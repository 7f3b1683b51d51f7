import { options, type Options } from "../check/options.ts";
import { TIER } from "../describe/tier.ts";
import type { Json } from "../model/json.ts";
import type { Resolver } from "./resolver.ts";

export interface RerunOptions {
  /** The team's tier at which they are asked; default: the next of each. Never a cheaper one than before. */
  readonly tier?: string;
}

export const RERUN: Options<RerunOptions> = options({ tier: TIER }, { instead: "use { tier }" });

/**
 * Asks the agents that disagree once more, with what the others hold in `context.others`; once per run, for all subjects that
 * reach this resolver together. Their new answers replace the old ones, and the whole chain is tried on them
 * from its start, where this resolver defers. The reasoning says who has changed their mind.
 *
 * Defers on findings, and without a supervisor. Throws `BAD_OPTIONS`.
 */
export function rerun(given: RerunOptions = {}): Resolver {
  const taken = RERUN.of(given, "rerun");
  return Object.freeze({
    name: "rerun",
    definition: { ...given } as Json,
    reruns: taken,
    settle(question, context) {
      if (question.kind === "finding")
        return { defer: "agents are not asked again about a finding" };
      if (context.rerun === undefined) {
        return { defer: "without a team there are no agents that could be asked again" };
      }
      return context.rerun(question, taken.tier);
    },
  } satisfies Resolver);
}
