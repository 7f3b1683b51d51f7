import { eachOf, flag, func, milliseconds, object, text } from "../check/kinds.ts";
import { jsonSchemaOf } from "../check/json-schema.ts";
import { options, type Checked } from "../check/options.ts";
import { origin } from "../check/origin.ts";
import {
  adapted,
  type Adapter,
  type OwnOf,
  type AnyNeeds,
  type PassedOn,
} from "../describe/adapter.ts";
import type { Agent, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import { address, nameOfHost, refusePrivate } from "../http/given-url.ts";
import { HEADERS, type HeaderValue } from "../http/header-values.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import type { Json } from "../model/json.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Prompt } from "../prompt/prompt-of.ts";
import { askPeer, type A2aQuestion, type PeerOptions } from "./ask-peer.ts";
import type { A2aAnswer } from "./peer-answer.ts";
import { peerCard } from "./peer-card.ts";

/** Options of `a2aAgent`: those of an agent except `run` and `batch`. `maxBytes` also limits what the peer sends. */
export type A2aOptions<
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
  /** The peer's address; its card is below it, at `.well-known/agent-card.json`. A URL that ends in `.json` is that of the card itself. */
  readonly url?: string | URL;
  /** The peer's card, instead of `url`: then no card is fetched. */
  readonly card?: object;
  /** The card's skill to ask for, sent as `skillId` in the metadata of the message. The card must have it. */
  readonly skill?: string;
  /** Headers of each request, also of the one for the card. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Further origins that the card may send requests to, such as `"https://api.example"`. Default: only the card's own. */
  readonly origins?: readonly string[];
  /** Whether the peer may have an address that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
  /**
   * Makes the message. A text is sent as it is, with the issues of the previous answer at its end; any other value is sent as data. Default: a task
   * that is not a text is sent as data if the card accepts `application/json`; else the task, and the results that the agent sees, are sent as a
   * text.
   */
  readonly prompt?: Prompt<Task, UpstreamOf<Needs>>;
  /** Answers a question that the peer asks during its task. If it returns `undefined`, the attempt fails with the question. */
  readonly reply?: (
    question: A2aQuestion,
    task: Task,
  ) => Json | undefined | Promise<Json | undefined>;
  /** Reads the peer's answer. Default: its only value; else its text, parsed as JSON if there is an `output` schema. */
  readonly read?: (answer: A2aAnswer) => Answer | Promise<Answer>;
  /** What was used. Default: `usage` in the task's metadata, in the form of `context.report`, one part or a list. */
  readonly usage?: (answer: A2aAnswer) => Usage | readonly Usage[] | undefined;
  /** The time before the state of a task is asked for again if the peer does not stream, in ms; it grows up to tenfold. Default: 1,000. */
  readonly pollMs?: number;
};

type A2aOwn = OwnOf<A2aOptions<string, unknown, unknown, unknown, unknown, unknown, AnyNeeds>>;

const ORIGINS = 'use ["https://api.example"], without a path';
const URL_OPTION = address("https://agents.example");
const CARD_PATH = ".well-known/agent-card.json";

const OWN = options<
  A2aOwn,
  "headers" | "origins" | "allowPrivate" | "pollMs",
  { readonly url: URL | undefined }
>({
  url: URL_OPTION,
  card: object("give an agent card"),
  skill: text("name one of the card's skills"),
  headers: HEADERS.or({}),
  origins: eachOf(origin(ORIGINS), ORIGINS).or([]),
  allowPrivate: flag().or(false),
  prompt: func("use (task) => a JSON value"),
  reply: func("use ({ text }) => an answer"),
  read: func("use ({ text, data }) => …"),
  usage: func("use ({ metadata }) => ({ usdMicros })"),
  pollMs: milliseconds(1).or(1_000),
});

const A2A: Adapter<Checked<typeof OWN>> = {
  maker: "a2aAgent",
  instead: "describe it: { url }",
  is: "a peer",
  own: OWN,
  called({ url }, maker) {
    const given = URL_OPTION.take(url, `${maker}: url`);
    return given === undefined ? "peer" : nameOfHost(given);
  },
  limits: { timeoutMs: 600_000 },
};

/** The part of the grace in which the peer is told to stop. */
const STOP_WITHIN = 0.8;

/**
 * An agent that is a remote peer, by the protocol A2A: each attempt is one task there. The peer's card is read and checked first. The task's
 * updates are shown as progress, through a stream if the card offers one, else by polling; its artifacts are the answer. When the attempt is
 * aborted, the peer is sent `cancelTask`. If this process dies, the process that resumes the run continues the same task.
 *
 * Only the card's own origin and `origins` are asked: redirects to others are refused, and no file is fetched.
 *
 * Throws `BAD_OPTIONS` if an option cannot work.
 */
export function a2aAgent<
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
  described: A2aOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const { own, passed, name, where, maxBytes, graceMs, agentOf } = adapted(A2A, described);
  const { url, card, skill, origins, allowPrivate, ...asking } = own;
  if ((url === undefined) === (card === undefined)) {
    const why = url === undefined ? "has no url" : "has a url and a card";
    throw new QuorateError("BAD_OPTIONS", `${where} ${why}; give either url or card`);
  }
  const cardUrl = url && cardUrlOf(url);
  const host = cardUrl ?? cardGiven(card, where, skill).url;
  if (!allowPrivate) refusePrivate(host, where);
  const { output } = passed;
  const peer: PeerOptions = {
    ...asking,
    to: { agent: name, cardUrl, card, skill, origins, allowPrivate, maxBytes },
    stopWithinMs: graceMs * STOP_WITHIN,
    schema: output === undefined ? undefined : (jsonSchemaOf(output) ?? {}),
  };
  return agentOf((task, context) => askPeer(peer, task, context));
}

function cardUrlOf(url: URL): URL {
  if (url.pathname.endsWith(".json")) return url;
  const below = new URL(url);
  below.pathname = `${url.pathname.replace(/\/$/, "")}/${CARD_PATH}`;
  return below;
}

/** Checks a card that the user gave when the agent is created: an invalid one is `BAD_OPTIONS`. */
function cardGiven(card: unknown, where: string, skill: string | undefined): { readonly url: URL } {
  try {
    return peerCard(card, { agent: where, origins: undefined, skill });
  } catch (thrown) {
    hear(card);
    const { message } = thrown as Error;
    throw new QuorateError("BAD_OPTIONS", message, { cause: thrown });
  }
}
