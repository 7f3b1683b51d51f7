/** Why nobody can tell whether something passes. */
export interface Unclear {
  /** `""`: it is about no single subject. */
  readonly subject: string;
  /** What is said of the subject, `"is tied"`; without a subject a sentence. */
  readonly why: string;
}

/** That nobody decided anything about the subject. */
export const NO_VERDICT = "has no verdict";
