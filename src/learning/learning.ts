import { flag, func } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { lessons } from "./history/lessons.ts";
import { TRUST } from "./history/trust.ts";
import { LABELS } from "./statistics/learn.ts";
import type { Learning, LearningOptions } from "../resolve/resolver.ts";

export const LEARNING: Options<LearningOptions> = options(
  { labels: LABELS, topicOf: func("use (subject) => topic"), trust: TRUST, reviews: flag() },
  { instead: 'use { labels: "fixed" }' },
);

/**
 * The value for a resolver's `learns`: its supervisor then keeps what its runs teach, and passes what they have taught so far to the chain as
 * `context.learned`. Throws `BAD_OPTIONS`.
 */
export function learning(given: LearningOptions): Learning {
  return Object.freeze({ ...LEARNING.of(given, "learning"), lessons });
}
