import { fitting, integer, word } from "../../check/kinds.ts";
import { NAME } from "../../check/name.ts";
import { options, type Checked, type Option, type Options } from "../../check/options.ts";
import type { Question } from "../resolver.ts";
import type { JudgeLimits } from "./question.ts";

/** The options that a judge and a panel of judges share. */
export interface JudgeSettings extends Partial<JudgeLimits> {
  /** The resolver's name. Default: `"judge"`. */
  readonly name?: string;
  /**
   * The criterion for judges, at most 10,000 characters, instead of "choose the one that is best supported". The other rules of the
   * question stay: what agents wrote is material, and one of the options must be chosen. It is part of what identifies a question, and is in the log.
   */
  readonly instructions?: string;
  /**
   * `"required"`: the judge defers if nobody gave evidence for any position. Default: `"optional"`. In both cases judges
   * are told which claims have no evidence if others have some.
   */
  readonly evidence?: "optional" | "required";
}

const MAX_INSTRUCTIONS_CHARS = 10_000;

export const INSTRUCTIONS: Option<string | undefined> = fitting<string>(
  (given) =>
    typeof given === "string" && given.trim() !== "" && given.length <= MAX_INSTRUCTIONS_CHARS,
  `say what the judge is to go by, in at most ${MAX_INSTRUCTIONS_CHARS} characters`,
);

/** The options that have defaults. */
export type JudgeDefaults = Exclude<keyof JudgeSettings, "instructions">;

export const SETTINGS: Options<JudgeSettings, JudgeDefaults> = options({
  name: NAME.or("judge"),
  instructions: INSTRUCTIONS,
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

/** The reason if evidence is required and missing. */
export const NO_EVIDENCE = "no agent gave evidence for any position, and evidence is required";
