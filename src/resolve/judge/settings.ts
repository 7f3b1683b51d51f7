import { checkName } from "../../agent.ts";
import { QuorateError } from "../../errors.ts";
import { shown } from "../../policy/check-kind.ts";
import { checkCount } from "../check-count.ts";
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

// Written out as a record, so that the compiler misses an option that is added.
const SETTINGS: Readonly<Record<keyof JudgeSettings, true>> = {
  name: true,
  evidence: true,
  maxEvidence: true,
  maxEvidenceChars: true,
};
/** Their names. */
export const SETTING_KEYS: readonly string[] = Object.keys(SETTINGS);

const DEFAULTS = {
  name: "judge",
  evidence: "optional",
  maxEvidence: 5,
  maxEvidenceChars: 1_000,
} as const;

/** The settings, checked and filled up. */
export interface CheckedSettings {
  readonly name: string;
  readonly evidence: "optional" | "required";
  readonly limits: JudgeLimits;
}

/** Refuses with `BAD_OPTIONS` settings that cannot work. */
export function checkSettings(options: JudgeSettings): CheckedSettings {
  const { name = DEFAULTS.name, evidence = DEFAULTS.evidence } = options;
  const { maxEvidence = DEFAULTS.maxEvidence } = options;
  const { maxEvidenceChars = DEFAULTS.maxEvidenceChars } = options;
  checkName(name, "judge");
  if (evidence !== "optional" && evidence !== "required") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `${name}: evidence is ${shown(evidence)}; use "optional" or "required"`,
    );
  }
  return {
    name,
    evidence,
    limits: {
      maxEvidence: checkCount(maxEvidence, `${name}: maxEvidence`, 0),
      maxEvidenceChars: checkCount(maxEvidenceChars, `${name}: maxEvidenceChars`, 1),
    },
  };
}

/** Whether a question lacks the evidence that is required. */
export function lacksEvidence(
  { evidence }: Pick<CheckedSettings, "evidence">,
  { positions }: Pick<Question, "positions">,
): boolean {
  if (evidence === "optional") return false;
  return positions.every(({ heldBy }) =>
    heldBy.every(({ evidence: why = "" }) => why.trim() === ""),
  );
}

/** What is said where evidence is required and missing. */
export const NO_EVIDENCE = "nobody gave evidence for any position, and it is required";
