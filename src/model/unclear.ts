/** Why it is undecided whether something passes. */
export interface Unclear {
  /** `""` if it is about no single subject. */
  readonly subject: string;
  /** The end of a sentence about the subject, `"is tied"`; without a subject, a whole sentence. */
  readonly why: string;
}

/** Nothing was decided about the subject. */
export const NO_VERDICT = "has no verdict";
