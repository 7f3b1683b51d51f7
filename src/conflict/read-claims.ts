import { ownField } from "../model/record.ts";
import type { Agent } from "../describe/agent.ts";
import { hear } from "../model/hear.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { requireSync } from "../check/require-sync.ts";
import { checkClaim, MAX_EVIDENCE_CHARS } from "./check-claim.ts";
import { clipWords } from "../model/text.ts";
import { TASK_SUBJECT, type Claim, type PlacedFinding } from "../model/claim.ts";
import { detailsOf } from "./finding-details.ts";

/** What one answer asserts, and what it reports. */
export interface Assertions {
  readonly claims: readonly Claim[];
  /** Open findings; `undefined` if the agent reports none by its nature. */
  readonly findings: readonly PlacedFinding[] | undefined;
  /** The claim is the output itself. If other agents also get it as their input, it is not a position. */
  readonly plain?: true;
}

/** An agent that answers, and how its answers are read. */
export type Speaker = Pick<Agent, "name" | "claims">;

const MAX_CLAIMS = 10_000;
// Each position stands in the log three times: in an output, a conflict and a verdict.
const MAX_POSITION_BYTES = 65_536;
// Findings of all agents are compared with each other: one agent that floods them must not spoil that for the others.
const MAX_FINDINGS = 1_000;
const MAX_REASONS = 100;

/**
 * Reads an answer. Its claims are what the agent's `claims` function lists; if `claims` names a property, that is a claim about
 * `"task"`; otherwise an output that is a string, number or boolean, or its `recommendation` if that is one and not blank. The
 * `evidence`, `reason`, `reasons` or `reasoning` beside a property is the claim's evidence. In addition, a `findings` array of strings or
 * `{ text, file, line, … }` has open findings; an array in which nothing has a text does not count. `undefined` if the answer says nothing.
 *
 * Throws `CLAIMS_INVALID` if the agent's `claims` throws or returns something other than claims, for a position of more than 64 KiB,
 * for more than 10,000 claims, and for more than 1,000 findings. A whole output that is longer, or blank, is not a position.
 */
export function readClaims(agent: Speaker, output: unknown): Assertions | undefined {
  const { name, claims } = agent;
  const findings = findingsOf(agent, output);
  if (claims === undefined && isScalar(output)) {
    const position = plainPosition(output);
    if (position === undefined) return undefined;
    return { claims: [aboutTask(name, position)], findings, plain: true };
  }
  const made =
    typeof claims === "function" ? ownClaims(name, claims, output) : namedClaim(agent, output);
  return made.length === 0 && findings === undefined ? undefined : { claims: made, findings };
}

const NONE: readonly never[] = [];

function aboutTask(agent: string, position: Json): Claim {
  return { agent, subject: TASK_SUBJECT, position };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isBlank(value: unknown): boolean {
  return typeof value === "string" && value.trim() === "";
}

/** A text that cannot be a position is still an answer for those who read it. */
function plainPosition(output: string | number | boolean): Json | undefined {
  if (typeof output !== "string") return output;
  if (isBlank(output) || output.length > MAX_POSITION_BYTES) return undefined;
  return takeJson(output, MAX_POSITION_BYTES).fault === undefined ? output : undefined;
}

/** A named property may be any JSON value; the default `recommendation` must look like an answer. */
function namedClaim({ name, claims }: Speaker, output: unknown): readonly Claim[] {
  const named = typeof claims === "string" ? claims : undefined;
  const value = ownField(output, named ?? "recommendation");
  if (value === undefined || value === null) return NONE;
  if (named === undefined && !isScalar(value)) return NONE;
  const taken = takeJson(value, MAX_POSITION_BYTES);
  if (taken.fault === undefined) {
    if (named === undefined && isBlank(value)) return NONE;
    const evidence = reasonIn(output);
    const claim = aboutTask(name, taken.value as Json);
    return [evidence === undefined ? claim : { ...claim, evidence }];
  }
  const why = `the ${named ?? "recommendation"} of ${name} ${taken.fault.why}; return less, or plain JSON values`;
  throw new QuorateError("CLAIMS_INVALID", why);
}

/** Where answers say why; the first that is there counts. */
const REASONS = ["evidence", "reason", "reasons", "reasoning"] as const;

/** What an answer gives as the reason for its position, a text or a list of texts: judges weigh it. */
function reasonIn(output: unknown): string | undefined {
  for (const member of REASONS) {
    const given = ownField(output, member);
    const texts = Array.isArray(given) ? given.slice(0, MAX_REASONS) : [given];
    if (!texts.every((text): text is string => typeof text === "string")) continue;
    const all = texts.join("\n");
    if (!isBlank(all)) return clipWords(all, MAX_EVIDENCE_CHARS);
  }
  return undefined;
}

function findingsOf({ name }: Speaker, output: unknown): readonly PlacedFinding[] | undefined {
  const list = ownField(output, "findings");
  if (!Array.isArray(list)) return undefined;
  if (list.length > MAX_FINDINGS) {
    const why = `${name} reports ${list.length} findings; report at most ${MAX_FINDINGS}`;
    throw new QuorateError("CLAIMS_INVALID", why);
  }
  const textOf = (item: unknown): unknown =>
    typeof item === "string" ? item : ownField(item, "text");
  // An agent whose findings cannot be read has not said that there are none.
  if (list.length > 0 && list.every((item) => typeof textOf(item) !== "string")) return undefined;
  return list.flatMap((item: unknown) => {
    const text = textOf(item);
    return typeof text === "string" && text.trim() !== "" ? [{ text, ...detailsOf(item) }] : [];
  });
}

function ownClaims(
  agent: string,
  read: (output: never) => unknown,
  output: unknown,
): readonly Claim[] {
  let drafts: unknown;
  let draft: unknown;
  try {
    const claims: Claim[] = [];
    drafts = requireSync(() => read(output as never), "its function");
    for (draft of iterable(drafts)) {
      if (claims.length === MAX_CLAIMS) throw new Error(`more than ${MAX_CLAIMS} claims`);
      claims.push(ownClaim(agent, draft));
    }
    return claims;
  } catch (error) {
    hear([drafts, draft]);
    const why = describeThrown(error);
    throw new QuorateError("CLAIMS_INVALID", `the claims of ${agent} cannot be read: ${why}`, {
      cause: error,
    });
  }
}

function iterable(drafts: unknown): Iterable<unknown> {
  if (typeof Object(drafts)[Symbol.iterator] === "function") return drafts as Iterable<unknown>;
  throw new Error(
    `its function returned a value of type ${typeof drafts}; return a list of claims`,
  );
}

/** A draft's members other than those of a claim are ignored, except for promises. */
function ownClaim(name: string, draft: unknown): Claim {
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

/** A copy of the position, which nobody else can change afterwards. */
function ownPosition(draft: unknown): unknown {
  const taken = takeJson(ownField(draft, "position"), MAX_POSITION_BYTES);
  if (taken.fault === undefined) return taken.value;
  throw new Error(`a position ${taken.fault.why}; use plain JSON values`);
}

/** Whether the agent with this answer looks for open findings, with or without success. */
export function looksForFindings(output: unknown): boolean {
  return findingsOf({ name: "it", claims: undefined }, output) !== undefined;
}
