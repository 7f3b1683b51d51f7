import { flag, func, object, word } from "../check/kinds.ts";
import { shown } from "../check/shown.ts";
import { untilAborted } from "../async/until-aborted.ts";
import {
  agent,
  checkDescription,
  type Agent,
  type AgentContext,
  type UpstreamOf,
  type Workers,
} from "../describe/agent.ts";
import { DEFAULT_LIMITS } from "../describe/limits.ts";
import type { PassedOn } from "../describe/passed-on.ts";
import { usedBy } from "../describe/used-by.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { promiseOf } from "../model/hear.ts";
import type { PositionOn } from "../model/position-on.ts";
import { unreadable } from "../prompt/json-answer.ts";
import { seenBy, type Prompt, type PromptContext } from "../prompt/prompt-of.ts";
import { badStatus } from "./bad-status.ts";
import { guardedFetch, isPrivateHost } from "./guarded-fetch.ts";
import { givenUrl } from "./given-url.ts";
import { checkHeaders, headersFor, type HeaderValue } from "./header-values.ts";
import { answerOf, type HttpAnswer } from "./http-answer.ts";
import { bodyOf, withQuery, type QueryValues } from "./request.ts";
import { isJson } from "./stream-events.ts";

/** How `httpAgent` is described: as an agent, but for `run` and `batch`. `maxBytes` bounds also the body of a response. */
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
  /** What is asked: an address of http or https. Of the task nothing gets in there but by `query`. */
  readonly url: string | URL;
  /** Default: `"POST"`. A `"GET"` has no body. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  /** Sent with each request. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Makes what is added to the query of the URL. */
  readonly query?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => QueryValues;
  /**
   * Makes the body. A text is sent as it is, and what was wrong with the answer before is added to its end; any other value is sent as JSON,
   * and nothing is added. Default: `{ task }`, with `results`, `others` and `issues` where there are any.
   */
  readonly body?: Prompt<Task, UpstreamOf<Needs>>;
  /**
   * How an answer is read. Default: of a stream its last event; as JSON where there is an `output`, or where the answer says that it is; else
   * as a text.
   */
  readonly read?: (answer: HttpAnswer) => Answer | Promise<Answer>;
  /** What was used, where the answer says so. Also asked of an answer that cannot be read. */
  readonly usage?: (answer: HttpAnswer) => Usage | readonly Usage[] | undefined;
  /** Whether the host's address may be one that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
};

type AnyOptions = HttpOptions<string, unknown, unknown, unknown, unknown, unknown, Workers>;

const OWN_OPTIONS = "url method headers query body read usage allowPrivate".split(" ");
const METHOD = word("GET", "POST", "PUT", "PATCH");
const ACCEPT = "application/json, text/plain;q=0.9, */*;q=0.1";

/**
 * An agent that is an endpoint: each attempt is one request, and the answer is its body. A status of 400 or more is a failed attempt, by
 * which Quorate knows whether it may be repeated, and when. When the attempt is aborted, its connection is closed.
 *
 * Nothing is asked but `url`: no redirect leads to another origin, and where its host has an address that is not public, it is asked with
 * `allowPrivate` alone.
 *
 * Throws `BAD_OPTIONS` when something in the description cannot work.
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
  options: HttpOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  object("describe it: { url }").needed().take(options, "what httpAgent() is given");
  const {
    url: address,
    method = "POST",
    headers = {},
    query,
    body,
    read,
    usage,
    ...described
  } = options as AnyOptions;
  const { allowPrivate = false, ...rest } = described;
  const url = givenUrl(address, "httpAgent: url", "https://agents.example/review");
  const name = rest.name ?? url.host.replaceAll(/[/~]/g, "-");
  const where = `httpAgent "${shown(name).slice(1, -1)}"`;
  METHOD.take(method, `${where}: method`);
  checkHeaders(headers, where);
  func("use (task) => ({ q: task.question })").take(query, `${where}: query`);
  func("use (task) => a JSON value").take(body, `${where}: body`);
  func("use ({ text }) => …").take(read, `${where}: read`);
  func("use ({ text }) => ({ usdMicros })").take(usage, `${where}: usage`);
  flag().take(allowPrivate, `${where}: allowPrivate`);
  const fault = faultOf(rest, { url, method, body, allowPrivate });
  if (fault !== undefined) throw new QuorateError("BAD_OPTIONS", `${where} ${fault}`);
  checkDescription(rest, OWN_OPTIONS, where);
  const { maxBytes = DEFAULT_LIMITS.maxBytes, output } = rest;
  const fetch = guardedFetch({ agent: name, origins: [url.origin], allowPrivate, maxBytes });

  const run = async (task: unknown, context: AgentContext): Promise<unknown> => {
    const { signal, idempotencyKey, emit, report } = context;
    signal.throwIfAborted();
    const to = withQuery(url, query?.(task, seenBy(context as never)), name);
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
    const answer = await answerOf(response, emit);
    for (const used of usedBy(usage, answer)) report(used);
    if (read === undefined) return plainAnswer(answer, output !== undefined, name);
    try {
      return await untilAborted(promiseOf(read(answer)), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof QuorateError) throw thrown;
      const why = `${name}: its answer cannot be read: ${describeThrown(thrown)}`;
      throw new QuorateError("AGENT_FAILED", why, { cause: thrown });
    }
  };
  return agent({ ...rest, name, run } as never) as never;
}

interface Fitting {
  readonly url: URL;
  readonly method: string;
  readonly body: unknown;
  readonly allowPrivate: boolean;
}

/** What options do not fit together, as the end of a sentence. */
function faultOf(rest: object, { url, method, body, allowPrivate }: Fitting): string | undefined {
  for (const option of ["run", "batch"]) {
    if (Object.hasOwn(rest, option))
      return `has ${option}, which an endpoint cannot have; leave it out`;
  }
  if (method === "GET" && body !== undefined) {
    return 'has the method "GET", which has no body; use query, or another method';
  }
  if (allowPrivate || !isPrivateHost(url)) return undefined;
  return `asks ${url.host}, whose address is not a public one; say allowPrivate: true, if it is meant`;
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
    throw unreadable(`what ${name} answered is no JSON document; answer with JSON alone`, cause);
  }
}
