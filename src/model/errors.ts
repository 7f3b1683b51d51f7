import { bounded, causesOf, describeThrown, MAX_TEXT, type Cause } from "./thrown.ts";

export { describeThrown } from "./thrown.ts";
export type { Cause } from "./thrown.ts";

/**
 * Every code of a `QuorateError`.
 *
 * - `BAD_OPTIONS`: an agent or supervisor was described wrongly; thrown at construction.
 * - `BAD_ROUTE`: a route names an agent that the team does not have, or the route function failed.
 * - `INPUT_INVALID`: a task is not JSON, is too large, or fails the schema of an agent that is asked.
 * - `OUTPUT_INVALID`: an output fails its agent's schema; `issues` says where. Retried.
 * - `OUTPUT_NOT_JSON`: an output would not survive JSON (a cycle, a function, `NaN`, a class instance).
 * - `OUTPUT_TOO_LARGE`: an output is larger than `maxBytes`, or than what the store takes.
 * - `CLAIMS_INVALID`: an agent's `claims` function threw, or returned something other than claims.
 * - `AGENT_FAILED`: an agent threw or rejected; the original failure is `cause`.
 * - `TEAM_FAILED`: a nested supervisor's own outcome was `failed`.
 * - `TIMEOUT`: an attempt ran longer than `timeoutMs`, and is retried; or the run reached its `deadlineMs`.
 * - `CANCELLED`: the run was cancelled without a reason of the caller's own.
 * - `JUDGE_FAILED`: a judge's agent failed or answered outside the question.
 * - `STORE_FAILED`: the store could not keep an event; the run stops, nothing unsaved was shown.
 * - `SEQ_TAKEN`: an append whose `seq` is not the next one of its run, because another process wrote it.
 * - `RUN_NOT_FOUND`: the store has no run of that id.
 * - `RUN_OWNED`: a live process drives the run; wait for it, or stop that process.
 * - `LEASE_LOST`: another process took the run over; what this process still does for it is not kept.
 * - `RUN_ID_TAKEN`: a run of that id exists with another input, or belongs to another supervisor.
 * - `NOT_RESUMABLE`: the store does not keep what a resume needs.
 * - `BUDGET_EXCEEDED`: an attempt was not made, because its greatest cost no longer fits into a budget.
 * - `NO_BOUND`: an attempt was not made, because there is a budget and nothing says what the attempt may cost at most.
 * - `BREAKER_OPEN`: an attempt was not made, because the service that it would call keeps failing.
 * - `DEADLOCK`: an attempt was not made, because every slot that it needs is held by agents that wait for it.
 * - `ALREADY_DECIDED`: a person decided about something that a person had decided before.
 * - `NO_SUCH_POSITION`: a person decided for a position that nobody holds.
 * - `IN_DOUBT`: a call had begun when the process died, and its agent must not be asked twice.
 */
export type ErrorCode = (typeof CODES)[number];

const CODES = [
  "BAD_OPTIONS",
  "BAD_ROUTE",
  "INPUT_INVALID",
  "OUTPUT_INVALID",
  "OUTPUT_NOT_JSON",
  "OUTPUT_TOO_LARGE",
  "CLAIMS_INVALID",
  "AGENT_FAILED",
  "TEAM_FAILED",
  "TIMEOUT",
  "CANCELLED",
  "JUDGE_FAILED",
  "STORE_FAILED",
  "SEQ_TAKEN",
  "RUN_NOT_FOUND",
  "RUN_OWNED",
  "LEASE_LOST",
  "RUN_ID_TAKEN",
  "NOT_RESUMABLE",
  "BUDGET_EXCEEDED",
  "NO_BOUND",
  "BREAKER_OPEN",
  "DEADLOCK",
  "ALREADY_DECIDED",
  "NO_SUCH_POSITION",
  "IN_DOUBT",
] as const;

/** One thing that a schema found wrong: what it is, and where in the value. */
export interface Issue {
  readonly message: string;
  readonly path?: string;
}

export interface QuorateErrorOptions {
  readonly cause?: unknown;
  readonly issues?: readonly Issue[];
}

/** The one error of this package. `code` is from a closed list, the original failure is `cause`. */
export class QuorateError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, message: string, options: QuorateErrorOptions = {}) {
    const { issues = [], ...rest } = optionsOf(options);
    super(bounded(typeof message === "string" ? message : describeThrown(message)), rest);
    this.name = "QuorateError";
    this.code = code;
    this.issues = issues;
  }

  /** What `JSON.stringify` makes of it, also within other values: plain data, bounded. */
  toJSON(): ErrorJson {
    const { code, message, issues, causes } = errorRecord(this);
    return { name: "QuorateError", code, message, issues: issues ?? [], causes: causes ?? [] };
  }
}

// JavaScript callers may construct one with anything: an error whose constructor throws would hide the original failure.
function optionsOf(options: unknown): QuorateErrorOptions {
  try {
    const given = Object(options) as QuorateErrorOptions;
    const issues: unknown = given.issues;
    return {
      ...("cause" in given && { cause: given.cause }),
      ...(Array.isArray(issues) && { issues: issues.filter(isIssue) }),
    };
  } catch (unreadable) {
    return { cause: unreadable };
  }
}

/** An error as JSON. */
export interface ErrorJson {
  readonly name: "QuorateError";
  readonly code: ErrorCode;
  readonly message: string;
  readonly issues: readonly Issue[];
  /** Its cause, and the cause of that, three deep. */
  readonly causes: readonly Cause[];
}

/** An error as kept in the log: plain data, bounded, with what a later reader needs. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly issues?: readonly Issue[];
  /** What was thrown, in one line. */
  readonly cause?: string;
  /** What was thrown, its cause, and so on, three deep. */
  readonly causes?: readonly Cause[];
  /** A retry is known to fail the same way, which the code alone does not say. */
  readonly retryable?: false;
}

const MAX_ISSUES = 20;

/** The bounded JSON form of an error, as in events. */
export function errorRecord(error: QuorateError): ErrorRecord {
  const causes = causesOf(error);
  const [first] = causes;
  return {
    code: error.code,
    message: bounded(error.message),
    ...(error.issues.length > 0 && {
      issues: error.issues.slice(0, MAX_ISSUES).map((issue) => ({
        message: bounded(issue.message),
        ...(issue.path !== undefined && { path: bounded(issue.path) }),
      })),
    }),
    ...(first !== undefined && { cause: first.message, causes }),
  };
}

/** The error of a record; its causes have only what the record says. */
export function errorFrom(record: ErrorRecord): QuorateError {
  const { code, message, issues, cause, causes, retryable } = record;
  // Records of earlier versions have one cause, and only its text.
  const known = causes ?? (cause === undefined ? [] : [{ name: "Error", message: cause }]);
  const thrown = known.reduceRight<Error | undefined>(causedBy, undefined);
  const error = new QuorateError(code, message, {
    ...(issues !== undefined && { issues }),
    ...(thrown !== undefined && { cause: thrown }),
  });
  return retryable === undefined ? error : Object.assign(error, { retryable });
}

function causedBy(below: Error | undefined, { name, message, code, status }: Cause): Error {
  const error = new Error(message, below === undefined ? undefined : { cause: below });
  return Object.assign(error, {
    name,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
  });
}

/**
 * Whether a thrown value is an error of this package that can be used as it is. Foreign code throws all sorts of things,
 * including objects that only look like one.
 */
export function isSoundError(thrown: unknown): thrown is QuorateError {
  try {
    if (!(thrown instanceof QuorateError)) return false;
    const { code, message, issues } = thrown as Readonly<Record<keyof QuorateError, unknown>>;
    return (
      (CODES as readonly unknown[]).includes(code) &&
      typeof message === "string" &&
      message.length <= MAX_TEXT + 1 &&
      Array.isArray(issues) &&
      issues.every(isIssue)
    );
  } catch {
    return false;
  }
}

function isIssue(issue: unknown): issue is Issue {
  const { message, path } = Object(issue) as Readonly<Record<string, unknown>>;
  return typeof message === "string" && (path === undefined || typeof path === "string");
}
