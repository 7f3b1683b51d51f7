/**
 * - `md`: Markdown, for a comment or a file. At most 60,000 characters.
 * - `json`: the evaluation itself; a later one's baseline.
 * - `junit`: JUnit XML. For each team a suite whose cases are the truths: one that was right in the baseline and is not now has failed; without a
 *   baseline each that is not right.
 */
export const EVAL_FORMATS = ["md", "json", "junit"] as const;

export type EvalFormat = (typeof EVAL_FORMATS)[number];
