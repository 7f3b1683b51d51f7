/**
 * - `md`: Markdown, for a comment or a file. At most 60,000 characters.
 * - `json`: the evaluation itself, which can be the baseline of a later one.
 * - `junit`: JUnit XML. Each team is a suite whose cases are the truths: a case fails if it was right in the baseline and is not now or, without a
 *   baseline, if it is not right.
 */
export const EVAL_FORMATS = ["md", "json", "junit"] as const;

export type EvalFormat = (typeof EVAL_FORMATS)[number];
