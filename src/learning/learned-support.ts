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
   * The result of `learnFindings()` on earlier reviews; or `"runs"`: what the truths of the supervisor's earlier runs taught, as
   * recorded by `recordTruth()`. Default `"runs"`.
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
 * Like `support()`, but a finding stands if it is likely enough to be right, according to `learned`. If nothing was learned, or
 * the result is `refused`, it counts reports; about claims it decides as `support()` does.
 *
 * Confidence `finding-logistic`: the chance that the finding is right, which may be below one half for a finding that stands.
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
