import { integer, word } from "../../check/kinds.ts";
import { NAME } from "../../check/name.ts";
import { options, type Checked, type Options } from "../../check/options.ts";
import type { Question } from "../link.ts";
import type { JudgeLimits } from "./question.ts";

/** What a judge and a panel of judges have in common. */
export interface JudgeSettings extends Partial<JudgeLimits> {
  /** Of the link. Default: `"judge"`. */
  readonly name?: string;
  /**
   * `"required"`: a subject is passed on where nobody gave evidence for any position. Default: `"optional"`. Either way judges
   * are told which claims came without evidence where others came with it.
   */
  readonly evidence?: "optional" | "required";
}

export const SETTINGS: Options<JudgeSettings, keyof JudgeSettings> = options({
  name: NAME.or("judge"),
  evidence: word("optional", "required").or("optional"),
  maxEvidence: integer(0).or(5),
  maxEvidenceChars: integer(1).or(1_000),
});

/** Whether a question lacks the evidence that is required. */
export function lacksEvidence(
  { evidence }: Pick<Checked<typeof SETTINGS>, "evidence">,
  { positions }: Pick<Question, "positions">,
): boolean {
  if (evidence === "optional") return false;
  return positions.every(({ heldBy }) =>
    heldBy.every(({ evidence: why = "" }) => why.trim() === ""),
  );
}

/** What is said where evidence is required and missing. */
export const NO_EVIDENCE = "nobody gave evidence for any position, and it is required";
