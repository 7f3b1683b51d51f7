import { shown } from "../check/shown.ts";
import type { AgentContext } from "../describe/agent.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson } from "../model/json.ts";
import type { Fields } from "../model/record.ts";
import { withIssues } from "../prompt/default-prompt.ts";
import { jsonText, seenBy, type Prompt } from "../prompt/prompt-of.ts";

/** The values of a URL's query; `undefined` ones are left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

const PLAIN: readonly string[] = ["string", "number", "boolean"];
/** More than servers accept in a line. */
const MAX_QUERY_BYTES = 2 ** 17;

/** A URL with these values added to its query. Throws `INPUT_INVALID` for values that cannot be in a query. */
export function withQuery(url: URL, given: unknown, name: string): URL {
  const to = new URL(url);
  const { fault, value = {} } = { value: undefined, ...takeJson(given, MAX_QUERY_BYTES) };
  const entries = isFields(value) ? Object.entries(value) : undefined;
  const odd = entries?.find(([, one]) => !PLAIN.includes(typeof one));
  const why =
    fault?.why ??
    (entries === undefined
      ? "is not an object"
      : odd && `has ${shown(odd[0])}, which is ${shown(odd[1])}`);
  if (why !== undefined) {
    throw new QuorateError(
      "INPUT_INVALID",
      `the query of ${name} ${why}; answer with texts, numbers and booleans by their names`,
    );
  }
  for (const [key, one] of entries ?? []) to.searchParams.append(key, String(one));
  return to;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The body to send and its content type. Throws `INPUT_INVALID` for a value that cannot be sent. */
export function bodyOf(
  body: Prompt<unknown, never> | undefined,
  task: unknown,
  context: AgentContext,
  name: string,
): { readonly type: string; readonly text: string } {
  const { results, issues, others } = context;
  const made: unknown =
    body === undefined
      ? {
          task,
          ...(Object.keys(results).length > 0 && { results }),
          ...(others.length > 0 && { others }),
          ...(issues.length > 0 && { issues }),
        }
      : body(task, seenBy(context as never));
  if (typeof made === "string") {
    return { type: "text/plain; charset=utf-8", text: withIssues(made, issues) };
  }
  return { type: "application/json", text: jsonText(made, `the body for ${name}`) };
}
