import { QuorateError } from "../errors.ts";
import { lessons } from "../experience/lessons.ts";
import { checkTrust } from "../experience/trust.ts";
import { checkKeys, checkKind, shown } from "../policy/check-kind.ts";
import { checkLabels } from "../reliability/learn.ts";
import type { Learning, LearningOptions } from "../resolve/link.ts";

const OPTIONS: ReadonlySet<string> = new Set<keyof LearningOptions>([
  "labels",
  "topicOf",
  "trust",
  "reviews",
]);

/**
 * What a link declares as `learns`: its supervisor then keeps what its runs teach, and hands what they taught so far to the chain as
 * `context.learned`. Throws `BAD_OPTIONS`.
 */
export function learning(options: LearningOptions): Learning {
  checkKind(options, "learning: options", "object", 'use { labels: "fixed" }');
  checkKeys(options, OPTIONS, "learning");
  const { labels, topicOf, trust, reviews } = options;
  if (labels !== undefined) checkLabels(labels, "learning");
  checkKind(topicOf, "learning: topicOf", "function", "use (subject) => topic");
  if (reviews !== undefined && typeof reviews !== "boolean") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `learning: reviews is ${shown(reviews)}; use true or false`,
    );
  }
  return Object.freeze({
    labels,
    topicOf,
    ...(trust !== undefined && { trust: checkTrust(trust, "learning") }),
    ...(reviews !== undefined && { reviews }),
    lessons,
  });
}
