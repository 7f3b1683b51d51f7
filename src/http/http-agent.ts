import { untilAborted } from "../async/until-aborted.ts";
import { flag, func, word } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import {
  adapted,
  type Adapter,
  type OwnOf,
  type AnyNeeds,
  type PassedOn,
} from "../describe/adapter.ts";
import { readBy, usedBy } from "../describe/adapter-answer.ts";
import type { Agent, AgentContext, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import type { PositionOn } from "../model/position-on.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { seenBy, type Prompt, type PromptContext } from "../prompt/prompt-of.ts";
import { badStatus } from "./bad-status.ts";
import { address, givenUrl, nameOfHost, refusePrivate } from "./given-url.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { HEADERS, headersFor, type HeaderValue } from "./header-values.ts";
import { answerOf, type HttpAnswer } from "./http-answer.ts";
import { bodyOf, withQuery, type QueryValues } from "./request.ts";
import { isJson } from "./stream-events.ts";

/** Options of `httpAgent`: those of an agent except `run` and `batch`. `maxBytes` also limits the body of a response. */
export type HttpOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Answer,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> = PassedOn<Name, Input, Task, Raw, Output, Needs, Property, Draft> & {
  /** The http or https URL to ask. Only `query` adds anything of the task to it. */
  readonly url: string | URL;
  /** The method. A `"GET"` has no body. Default: `"POST"`. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  /** Headers of each request. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Makes the values that are added to the URL's query. */
  readonly query?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => QueryValues;
  /**
   * Makes the body. A text is sent as it is, with the issues of the previous answer at its end. Any other value is sent as JSON, with nothing
   * added. Default: `{ task }`, with `results`, `others` and `issues` if there are any.
   */
  readonly body?: Prompt<Task, UpstreamOf<Needs>>;
  /**
   * Reads an answer. Default: the last event of a stream; JSON if there is an `output` schema or the response says that it is JSON; else the
   * text.
   */
  readonly read?: (answer: HttpAnswer) => Answer | Promise<Answer>;
  /** What was used, if the answer says so. Also called for an answer that cannot be read. */
  readonly usage?: (answer: HttpAnswer) => Usage | readonly Usage[] | undefined;
  /** Whether the host may have an address that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
};

type HttpOwn = OwnOf<HttpOptions<string, unknown, unknown, unknown, unknown, unknown, AnyNeeds>>;

const EXAMPLE = "https://agents.example/review";

const OWN = options<HttpOwn, "method" | "headers" | "allowPrivate", { readonly url: URL }>({
  url: address(EXAMPLE).needed(),
  method: word("GET", "POST", "PUT", "PATCH").or("POST"),
  headers: HEADERS.or({}),
  query: func("use (task) => ({ q: task.question })"),
  body: func("use (task) => a JSON value"),
  read: func("use ({ text }) => …"),
  usage: func("use ({ text }) => ({ usdMicros })"),
  allowPrivate: flag().or(false),
});

const HTTP: Adapter<Checked<typeof OWN>> = {
  maker: "httpAgent",
  instead: "describe it: { url }",
  is: "an endpoint",
  own: OWN,
  called: ({ url }, maker) => nameOfHost(givenUrl(url, `${maker}: url`, EXAMPLE)),
};

const ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.1";

/**
 * An agent that is an HTTP endpoint: each attempt is one request, and the body of the response is the answer. A status of 400 or more is a
 * failed attempt; from the status Quorate knows whether to retry it, and when. When the attempt is aborted, its connection is closed.
 *
 * Only `url` is asked: redirects to another origin are refused, and a host with an address that is not public is asked only with
 * `allowPrivate`.
 *
 * Throws `BAD_OPTIONS` if an option cannot work.
 */
export function httpAgent<
  const Name extends string = string,
  Task = unknown,
  Raw = unknown,
  Answer = unknown,
  Input = Task,
  Output = Answer,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  given: HttpOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const { own, passed, name, where, maxBytes, agentOf } = adapted(HTTP, given);
  const { url, method, headers, query, body, read, usage, allowPrivate } = own;
  const isShaped = passed.output !== undefined;
  if (method === "GET" && body !== undefined) {
    const why = 'has the method "GET", which has no body; use query, or another method';
    throw new QuorateError("BAD_OPTIONS", `${where} ${why}`);
  }
  if (!allowPrivate) refusePrivate(url, where);
  const fetch = guardedFetch({ agent: name, origins: [url.origin], allowPrivate, maxBytes });

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const { signal, idempotencyKey, emit, report } = context;
    signal.throwIfAborted();
    const to = withQuery(url, query?.(task, seenBy(context)), name);
    const sent = method === "GET" ? undefined : bodyOf(body, task, context, name);
    const made = await untilAborted(headersFor(headers, name), signal);
    const response = await fetch(to, {
      method,
      headers: {
        accept: ACCEPT,
        ...(sent !== undefined && { "content-type": sent.type }),
        "idempotency-key": idempotencyKey.replaceAll(/[^\x20-\x7e]/g, "-"),
        ...made.headers,
      },
      ...(sent !== undefined && { body: sent.text }),
      signal,
    });
    if (!response.ok) {
      const secrets = [...made.secrets, ...url.searchParams.values()];
      const failed = await badStatus(response, name, url.origin, secrets);
      signal.throwIfAborted();
      throw failed;
    }
    const answer = await answerOf(response, emit, name);
    for (const used of usedBy(usage, answer)) report(used);
    return read === undefined
      ? plainAnswer(answer, isShaped, name)
      : readBy(read, answer, name, signal);
  }
  return agentOf(run);
}

function plainAnswer(
  { headers, text, events }: HttpAnswer,
  isParsed: boolean,
  name: string,
): unknown {
  if (events.length > 0) return events.at(-1);
  if (!isParsed && !isJson(headers)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw unreadable(
      `the answer to ${name} is not a JSON document; have the endpoint answer with JSON alone`,
      cause,
    );
  }
}
