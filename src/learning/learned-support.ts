import { option, options, type Options } from "../check/options.ts";
import type { Json } from "../model/json.ts";
import { checkFindingModel, type FindingModel } from "./statistics/finding-model.ts";
import type { Resolver, ResolverContext, Question, Ruling } from "../resolve/resolver.ts";
import { countSupport, SUPPORT, type SupportOptions } from "../resolve/support.ts";
import { isMajority } from "../resolve/voices.ts";
import { byLearnedFindings } from "./learned-finding.ts";
import { learning } from "./learning.ts";

export interface LearnedSupportOptions extends SupportOptions {
  /**
   * What `learnFindings()` made of earlier reviews; or `"runs"`: what the truths of the supervisor's earlier runs taught, as
   * `recordTruth()` has them. Default `"runs"`.
   */
  readonly learned?: FindingModel | "runs";
}

export const LEARNED_SUPPORT: Options<LearnedSupportOptions, "learned"> = options({
  ...SUPPORT.table,
  learned: option<FindingModel | "runs">(
    (given, what) => (given === "runs" ? given : checkFindingModel(given, what)),
    "",
  ).or("runs"),
});

/**
 * As `support()`, but a finding stands when it is likely enough to be right, by what was `learned`. Where nothing was learned, or
 * what was learned is `refused`, its reports are counted; and about claims it decides as `support()` does.
 *
 * Confidence `finding-logistic`: the chance that the finding is right, which may be below one half where it stands.
 */
export function learnedSupport(given: LearnedSupportOptions = {}): Resolver {
  const { learned, ...rest } = LEARNED_SUPPORT.of(given, "learnedSupport");
  const count = countSupport(rest);
  const rules = new WeakMap<FindingModel, ReturnType<typeof byLearnedFindings>>();
  const ruleOf = (model: FindingModel): ReturnType<typeof byLearnedFindings> => {
    const known = rules.get(model);
    if (known !== undefined) return known;
    const made = byLearnedFindings(model);
    rules.set(model, made);
    return made;
  };

  function settle(question: Question, context: ResolverContext): Ruling {
    const model = learned === "runs" ? context.learned?.reviews : learned;
    if (model === undefined || question.kind !== "finding") return count(question);
    if (model.refused === undefined) return ruleOf(model)(question, context);
    const ruling = count(question);
    if (ruling.defer !== undefined) return ruling;
    return {
      ...ruling,
      reasoning: `${ruling.reasoning} Nothing learned is used: ${model.refused}.`,
    };
  }

  return Object.freeze({
    name: "support",
    definition: { ...rest, learned } as unknown as Json,
    settle,
    agreed: (question: Question, context: ResolverContext) =>
      isMajority(question) ? undefined : settle(question, context),
    ...(learned === "runs" && { learns: learning({ reviews: true }) }),
  });
}
