import { number } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import type { Trust } from "../../resolve/resolver.ts";

/** A person's decision counts like a recorded truth, a judge's not at all. */
export const DEFAULT_TRUST: Required<Trust> = Object.freeze({ person: 1, judge: 0 });

const WEIGHT = number(0, 1, "use a weight from 0 to 1");

/** How much verdicts count as truths. */
export const TRUST: Options<Trust, "person" | "judge"> = options(
  { person: WEIGHT.or(DEFAULT_TRUST.person), judge: WEIGHT.or(DEFAULT_TRUST.judge) },
  { instead: "use { person: 1, judge: 0.5 }" },
);
