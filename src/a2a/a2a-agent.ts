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
import type { Agent, UpstreamOf, Workers } from "../describe/agent.ts";
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

/** How `a2aAgent` is described: as an agent, but for `run` and `batch`. `maxBytes` bounds also what the peer sends. */
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
  /** Where the peer is: its card stands below it, at `.well-known/agent-card.json`. What ends in `.json` is the address of the card itself. */
  readonly url?: string | URL;
  /** The peer's card itself, in place of `url`: then nobody is asked for it. */
  readonly card?: object;
  /** Which of the card's skills is meant; sent as `skillId` in the metadata of the message. The card has to have it. */
  readonly skill?: string;
  /** Sent with each request, also with that for the card. Their values are kept out of errors. */
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  /** Further origins that the card may send to, such as `"https://api.example"`. Default: the card's own alone. */
  readonly origins?: readonly string[];
  /** Whether the peer's address may be one that is not public: of this machine, or of its networks. Default: false. */
  readonly allowPrivate?: boolean;
  /**
   * What the peer is asked. A text is sent as it is, and what was wrong with the answer before is added to its end; any other value is sent as
   * data. Default: a task that is no text as data, where the card takes `application/json`; else the task, and the results that it may see, as
   * a text.
   */
  readonly prompt?: Prompt<Task, UpstreamOf<Needs>>;
  /** Answers what the peer asks in the middle of its task; where it makes nothing, the attempt fails with what was asked. */
  readonly reply?: (
    question: A2aQuestion,
    task: Task,
  ) => Json | undefined | Promise<Json | undefined>;
  /** How its answer is read. Default: the one value in it; else its text, as JSON where there is an `output`. */
  readonly read?: (answer: A2aAnswer) => Answer | Promise<Answer>;
  /** What was used. Default: `usage` in the metadata of the task, in the form of `context.report`, one part or a list. */
  readonly usage?: (answer: A2aAnswer) => Usage | readonly Usage[] | undefined;
  /** How long to wait before asking again how a task stands, in ms, where the peer does not stream; up to ten times as long later. Default: 1,000. */
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
 * An agent that is a peer elsewhere, by the protocol A2A: each attempt is one task there. Its card is read and looked at first; what the task
 * tells is progress, by a stream where the card has that, else by asking again and again; its artifacts are the answer. When the attempt is
 * aborted, the peer is sent `cancelTask`. When the process dies, whoever goes on with the run goes on with the same task.
 *
 * Nothing is asked but the card's own origin and `origins`: no redirect leads elsewhere, and no file is fetched.
 *
 * Throws `BAD_OPTIONS` when something in the description cannot work.
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
    throw new QuorateError("BAD_OPTIONS", `${where} ${why}; say url, or card, and not both`);
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

/** A card that the user has given is looked at when the agent is described: what is wrong with it is `BAD_OPTIONS`. */
function cardGiven(card: unknown, where: string, skill: string | undefined): { readonly url: URL } {
  try {
    return peerCard(card, { agent: where, origins: undefined, skill });
  } catch (thrown) {
    hear(card);
    const { message } = thrown as Error;
    throw new QuorateError("BAD_OPTIONS", message, { cause: thrown });
  }
}
