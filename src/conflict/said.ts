import type { Agent } from "../describe/agent.ts";
import { hear } from "../model/hear.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";
import { atOnce } from "../check/at-once.ts";
import { checkClaim } from "./check-claim.ts";
import type { Claim, PlacedFinding } from "../model/claim.ts";
import { detailsOf } from "./finding-details.ts";

/** What one answer asserts, and what it reports. */
export interface Said {
  readonly claims: readonly Claim[];
  /** Open findings; `undefined` when the agent is not one that reports any. */
  readonly findings: readonly PlacedFinding[] | undefined;
}

/** Who answers, and how its answers are read. */
export type Speaker = Pick<Agent, "name" | "claims">;

/** The subject of an answer that is a plain recommendation. */
export const TASK_SUBJECT = "task";

const MAX_CLAIMS = 10_000;
// Each position stands in the log three times: in an output, a conflict and a verdict.
const MAX_POSITION_BYTES = 65_536;
// Findings of all agents are compared with each other: one that floods them must not spoil that for the others.
const MAX_FINDINGS = 1_000;

/**
 * Reads an answer: by the agent's `claims` where it has them. Else a `recommendation` of string, number or boolean is one
 * claim about `"task"`, and a `findings` array of strings or `{ text, file, line, … }` is open findings; `undefined` when there is neither.
 * An array in which nothing has a text is none.
 *
 * Throws `CLAIMS_INVALID` when the agent's `claims` throws or returns what is no claim, for a position of more than 64 KiB,
 * for more than 10,000 claims, and for more than 1,000 findings.
 */
export function said(agent: Speaker, output: unknown): Said | undefined {
  if (agent.claims === undefined && typeof output !== "object") return undefined;
  const findings = findingsOf(agent, output);
  const claims =
    agent.claims === undefined ? recommendationOf(agent, output) : ownClaims(agent, output);
  return claims.length === 0 && findings === undefined ? undefined : { claims, findings };
}

const NONE: readonly never[] = [];

function recommendationOf({ name }: Speaker, output: unknown): readonly Claim[] {
  const position = property(output, "recommendation");
  switch (typeof position) {
    case "string": {
      const { fault } = takeJson(position, MAX_POSITION_BYTES);
      if (fault !== undefined) {
        const why = `the recommendation of ${name} ${fault.why}; recommend in fewer`;
        throw new QuorateError("CLAIMS_INVALID", why);
      }
      return [{ agent: name, subject: TASK_SUBJECT, position }];
    }
    case "number":
    case "boolean":
      return [{ agent: name, subject: TASK_SUBJECT, position }];
    default:
      return NONE;
  }
}

function findingsOf({ name }: Speaker, output: unknown): readonly PlacedFinding[] | undefined {
  const list = property(output, "findings");
  if (!Array.isArray(list)) return undefined;
  if (list.length > MAX_FINDINGS) {
    const why = `${name} reports ${list.length} findings; report at most ${MAX_FINDINGS}`;
    throw new QuorateError("CLAIMS_INVALID", why);
  }
  const textOf = (item: unknown): unknown =>
    typeof item === "string" ? item : property(item, "text");
  // Who reports something that cannot be read has not said that there is nothing.
  if (list.length > 0 && list.every((item) => typeof textOf(item) !== "string")) return undefined;
  return list.flatMap((item: unknown) => {
    const text = textOf(item);
    return typeof text === "string" && text.trim() !== "" ? [{ text, ...detailsOf(item) }] : [];
  });
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function ownClaims(agent: Speaker, output: unknown): readonly Claim[] {
  const read = agent.claims as (output: unknown) => unknown;
  let drafts: unknown;
  let draft: unknown;
  try {
    const claims: Claim[] = [];
    drafts = atOnce(() => read(output), "its function");
    for (draft of iterable(drafts)) {
      if (claims.length === MAX_CLAIMS) throw new Error(`more than ${MAX_CLAIMS} claims`);
      claims.push(ownClaim(agent, draft));
    }
    return claims;
  } catch (error) {
    hear([drafts, draft]);
    const why = describeThrown(error);
    throw new QuorateError("CLAIMS_INVALID", `the claims of ${agent.name} cannot be read: ${why}`, {
      cause: error,
    });
  }
}

function iterable(drafts: unknown): Iterable<unknown> {
  if (typeof Object(drafts)[Symbol.iterator] === "function") return drafts as Iterable<unknown>;
  throw new Error(`its function answered with ${typeof drafts} that is no list; list claims`);
}

/** What a draft has besides a claim's own members is nobody's business, but for promises. */
function ownClaim({ name }: Speaker, draft: unknown): Claim {
  const { subject, position: _, confidence, evidence, agent: __, ...rest } = Object(draft);
  hear(rest);
  const position = ownPosition(draft);
  return checkClaim({
    agent: name,
    subject,
    position,
    ...(confidence !== undefined && { confidence }),
    ...(evidence !== undefined && { evidence }),
  });
}

/** The position as it is now: nobody else can change it afterwards. */
function ownPosition(draft: unknown): unknown {
  const taken = takeJson(property(draft, "position"), MAX_POSITION_BYTES);
  if (taken.fault === undefined) return taken.value;
  throw new Error(`a position ${taken.fault.why}; use plain JSON values`);
}
