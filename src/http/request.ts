import { record } from "../check/kinds.ts";
import type { AgentContext } from "../describe/agent.ts";
import { QuorateError } from "../model/errors.ts";
import { takeJson, type Json } from "../model/json.ts";
import { withIssues } from "../prompt/default-prompt.ts";

/** What a request may be made of beside the task. */
export type RequestContext<Upstream = AgentContext["results"]> = Pick<
  AgentContext<Upstream>,
  "results" | "issues" | "attempt" | "tier" | "model" | "failed" | "others"
>;

/** What stands in the query of a URL; what is `undefined` is left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

const QUERY = record<QueryValues>("answer with an object, for instance { q: task.question }");
const MAX_BODY_BYTES = 2 ** 28;

type AnyBody = ((task: unknown, context: RequestContext<never>) => Json) | undefined;

/** What a function that makes a request sees. */
export function seenBy(context: AgentContext): RequestContext<never> {
  const { results, issues, attempt, tier, model, failed, others } = context;
  return { results: results as never, issues, attempt, tier, model, failed, others };
}

/** A URL with what is asked for beside what it has. */
export function withQuery(url: URL, given: unknown, name: string): URL {
  const to = new URL(url);
  for (const [key, value] of Object.entries(QUERY.take(given, `the query of ${name}`) ?? {})) {
    if (value !== undefined) to.searchParams.append(key, String(value));
  }
  return to;
}

/** What is sent, and as what. Throws `INPUT_INVALID` for what cannot be. */
export function bodyOf(
  body: AnyBody,
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
      : body(task, seenBy(context));
  if (typeof made === "string") {
    return { type: "text/plain; charset=utf-8", text: withIssues(made, issues) };
  }
  const { fault, value } = { value: undefined, ...takeJson(made, MAX_BODY_BYTES) };
  if (fault === undefined && value !== undefined) {
    return { type: "application/json", text: JSON.stringify(value) };
  }
  const why = fault?.why ?? "is undefined";
  throw new QuorateError(
    "INPUT_INVALID",
    `the body for ${name} ${why}; answer with a text, or with a JSON value`,
  );
}
