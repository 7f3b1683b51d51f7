import type { StandardSchemaV1 } from "@standard-schema/spec";
import { thing } from "./kinds.ts";
import type { Option } from "./options.ts";
import { hear, hearIfRefused, isPlain, isThenable, promiseOf } from "../model/hear.ts";
import { describeThrown, type Issue } from "../model/errors.ts";

/** Any schema of the Standard Schema family: Zod, Valibot, ArkType and others. */
export type Schema<In = unknown, Out = In> = StandardSchemaV1<In, Out>;

export const SCHEMA: Option<Schema | undefined> = thing(
  "a schema",
  (given) => typeof Object(Object(given)["~standard"]).validate === "function",
  "use one of Zod, Valibot, ArkType or another of the Standard Schema family",
);

/** The result of a check: the parsed value, or what was wrong with it. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/**
 * Validates `value`. Answers synchronously unless the schema is asynchronous. A schema that throws counts as one issue,
 * so that callers handle only one kind of failure.
 */
export function check(schema: Schema, value: unknown): SchemaResult | Promise<SchemaResult> {
  try {
    const result = schema["~standard"].validate(value);
    return isThenable(result) ? promiseOf(result).then(checked).catch(thrown) : checked(result);
  } catch (error) {
    return thrown(error);
  }
}

// The agent is told what to fix: more than a page does not help, and there may be a hundred thousand.
const MAX_ISSUES = 20;

function checked(result: unknown): SchemaResult {
  return hearIfRefused(result, () => read(result as StandardSchemaV1.Result<unknown>));
}

function read(result: StandardSchemaV1.Result<unknown>): SchemaResult {
  if (typeof result !== "object" || (result as unknown) === null) {
    throw new TypeError(`it answered with ${typeof result}, and not with { value } or { issues }`);
  }
  const { value, issues, ...unread } = result as StandardSchemaV1.FailureResult & {
    readonly value?: unknown;
  };
  // Only the words of issues are kept.
  if ((issues as unknown) !== undefined || !isPlain(result)) hear(result);
  else {
    const { value: _value, ...hidden } = Object.getOwnPropertyDescriptors<object>(result);
    hear([unread, hidden]);
  }
  return (issues as unknown) === undefined ? { value } : { issues: issuesFrom(issues) };
}

/** The issues that a schema found, up to the number that helps. */
export function issuesFrom(found: readonly StandardSchemaV1.Issue[]): readonly Issue[] {
  const more = found.length - MAX_ISSUES;
  const rest = more > 0 ? [{ message: `and ${more} more` }] : [];
  return found
    .slice(0, MAX_ISSUES)
    .map(({ message, path }): Issue => {
      const where = path?.map(segment).join(".") ?? "";
      return where === "" ? { message } : { message, path: where };
    })
    .concat(rest);
}

/** Whether a value is an issue of a schema. */
export function isIssue(found: unknown): found is StandardSchemaV1.Issue {
  const { message, path } = Object(found) as Readonly<Record<string, unknown>>;
  return typeof message === "string" && (path === undefined || Array.isArray(path));
}

function thrown(error: unknown): SchemaResult {
  return { issues: [{ message: `the schema itself failed: ${describeThrown(error)}` }] };
}

function segment(part: PropertyKey | StandardSchemaV1.PathSegment): string {
  // A schema may also answer with other things than keys.
  return describeThrown(typeof part === "object" ? part.key : part);
}

/** `a: too short; b.0: expected a number`: the issues as one line for a message. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues
    .slice(0, 5)
    .map(({ message, path }) => (path === undefined ? message : `${path}: ${message}`))
    .concat(issues.length > 5 ? [`and ${issues.length - 5} more`] : [])
    .join("; ");
}
