import type { Agent } from "../agent.ts";
import { describeThrown, QuorateError } from "../errors.ts";
import { jsonFault, type Json } from "../json.ts";
import type { ClaimDraft } from "./claim.ts";

/** What one answer asserts, and what it reports. */
export interface Said {
  readonly claims: readonly ClaimDraft[];
  /** Texts of open findings. */
  readonly findings: readonly string[];
}

/** The subject of an answer that is a plain recommendation. */
export const TASK_SUBJECT = "task";

const MAX_SUBJECT = 500;
const MAX_CLAIMS = 10_000;
const MAX_EVIDENCE = 20_000;
const MAX_POSITION_BYTES = 64 * 1024;

/**
 * Reads an answer: by the agent's `claims` where it has them. Else a `recommendation` of string, number or boolean is one
 * claim about `"task"`, and a `findings` array of strings or `{ text }` is open findings; `undefined` when there is neither.
 *
 * Throws `CLAIMS_INVALID` when the agent's `claims` throws or returns what is no claim.
 */
export function said(agent: Agent, output: unknown): Said | undefined {
  const findings = findingsOf(output);
  const claims = agent.claims === undefined ? recommendationOf(output) : ownClaims(agent, output);
  return claims.length === 0 && findings.length === 0 ? undefined : { claims, findings };
}

const NONE: readonly never[] = [];

function recommendationOf(output: unknown): readonly ClaimDraft[] {
  const position = property(output, "recommendation");
  switch (typeof position) {
    case "string":
    case "number":
    case "boolean":
      return [{ subject: TASK_SUBJECT, position }];
    default:
      return NONE;
  }
}

function findingsOf(output: unknown): readonly string[] {
  const list = property(output, "findings");
  if (!Array.isArray(list)) return NONE;
  return list
    .map((item: unknown) => (typeof item === "string" ? item : property(item, "text")))
    .filter((text): text is string => typeof text === "string" && text.trim() !== "");
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function ownClaims(agent: Agent, output: unknown): readonly ClaimDraft[] {
  const read = agent.claims as (output: unknown) => Iterable<ClaimDraft>;
  try {
    const claims: ClaimDraft[] = [];
    for (const draft of read(output)) {
      if (claims.length === MAX_CLAIMS) throw new Error(`more than ${MAX_CLAIMS} claims`);
      claims.push(checkClaim(draft));
    }
    return claims;
  } catch (error) {
    const why = describeThrown(error);
    throw new QuorateError("CLAIMS_INVALID", `the claims of ${agent.name} cannot be read: ${why}`, {
      cause: error,
    });
  }
}

/** A claim as it may be used, or an error that says what is wrong with it. */
export function checkClaim(draft: ClaimDraft): ClaimDraft {
  const subject = property(draft, "subject");
  if (typeof subject !== "string" || subject === "" || subject.length > MAX_SUBJECT) {
    throw new Error(`a subject must be a text of 1 to ${MAX_SUBJECT} characters`);
  }
  const position = property(draft, "position");
  const fault = jsonFault(position, MAX_POSITION_BYTES);
  if (position === undefined || fault !== undefined) {
    throw new Error(`the position on "${subject}" ${fault?.why ?? "is missing"}`);
  }
  const confidence = property(draft, "confidence");
  const evidence = property(draft, "evidence");
  return {
    subject,
    position: position as Json,
    ...(typeof confidence === "number" && confidence >= 0 && confidence <= 1 && { confidence }),
    ...(typeof evidence === "string" && { evidence: evidence.slice(0, MAX_EVIDENCE) }),
  };
}
