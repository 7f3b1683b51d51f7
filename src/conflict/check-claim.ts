import { describeThrown, QuorateError } from "../model/errors.ts";
import { foldedKey } from "./canonical.ts";
import type { Claim } from "../model/claim.ts";
import { clip, clipWords } from "../model/text.ts";

export const MAX_SUBJECT_CHARS = 500;
/** How much of an agent's evidence is kept with its position, in characters. */
export const MAX_EVIDENCE_CHARS = 4_000;

/**
 * Any value from an agent as a `Claim`. Throws `CLAIMS_INVALID` with a sentence that names
 * the agent and the subject: for a subject that is empty or longer than 500 characters, a position that is not JSON or
 * too large, a stated confidence outside 0–1, or evidence that is not a text.
 */
export function checkClaim(claim: unknown): Claim {
  const checked = checkShape(claim);
  positionKey(checked);
  return checked;
}

/** Everything except the position. */
export function checkShape(claim: unknown): Claim {
  if (typeof claim !== "object" || claim === null) {
    throw invalid(
      `a claim is ${claim === null ? "null" : typeof claim}; make it an object with agent, subject and position`,
    );
  }
  const { agent, subject, confidence, evidence } = claim as Partial<Record<keyof Claim, unknown>>;
  if (typeof agent !== "string" || agent === "") {
    throw invalid("a claim has no agent; give the name of the agent that makes it");
  }
  if (typeof subject !== "string" || subject === "" || subject.length > MAX_SUBJECT_CHARS) {
    const got = typeof subject === "string" ? `${subject.length} characters` : typeof subject;
    throw invalid(
      `a claim of ${agent} has a subject of ${got}; use a text of 1 to ${MAX_SUBJECT_CHARS} characters`,
    );
  }
  if (
    confidence !== undefined &&
    !(typeof confidence === "number" && confidence >= 0 && confidence <= 1)
  ) {
    throw invalid(
      `${about(agent, subject)} states the confidence ${clip(String(confidence), 40)}; use a number from 0 to 1`,
    );
  }
  if (evidence !== undefined && typeof evidence !== "string") {
    throw invalid(`${about(agent, subject)} has evidence of type ${typeof evidence}; use a text`);
  }
  return claim as Claim;
}

/** The claim's position as the text that equal positions share. Throws `CLAIMS_INVALID` if it is not JSON. */
export function positionKey({ agent, subject, position }: Claim): string {
  try {
    return foldedKey(position);
  } catch (error) {
    throw invalid(`${about(agent, subject)} has a position that ${describeThrown(error)}`, error);
  }
}

function about(agent: string, subject: string): string {
  return `the claim of ${agent} about "${clipWords(subject, 80)}"`;
}

function invalid(message: string, cause?: unknown): QuorateError {
  return new QuorateError("CLAIMS_INVALID", message, cause === undefined ? {} : { cause });
}
