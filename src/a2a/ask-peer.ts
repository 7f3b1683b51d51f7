import type { Message, Part, Task } from "@a2a-js/sdk";
import { untilAborted } from "../async/until-aborted.ts";
import { readBy, usedBy } from "../describe/adapter-answer.ts";
import type { AgentContext } from "../describe/agent.ts";
import { DEFAULT_LIMITS } from "../describe/limits.ts";
import { headersFor, type HeaderValue } from "../http/header-values.ts";
import type { Usage } from "../model/call.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { promiseOf } from "../model/hear.ts";
import { takeJson, type Json } from "../model/json.ts";
import type { Prompt } from "../prompt/prompt-of.ts";
import { asksInVain, badEnd } from "./bad-end.ts";
import { connect, type PeerAddress } from "./connect.ts";
import { conversation, isTask, type Conversation } from "./conversation.ts";
import { messageParts, partsOf } from "./message-parts.ts";
import {
  messageAnswer,
  plainAnswer,
  taskAnswer,
  textsOf,
  usageIn,
  valuesOf,
  type A2aAnswer,
} from "./peer-answer.ts";
import { peerFailure, type FailingPeer } from "./peer-failure.ts";
import { idsFor, rememberedTask } from "./remembered.ts";
import { peerState } from "./task-state.ts";

/** A question that a peer asks during its task. */
export interface A2aQuestion {
  readonly text: string;
  readonly data: readonly Json[];
}

/** How a peer is asked. */
export interface PeerOptions {
  readonly to: PeerAddress;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly prompt?: Prompt;
  readonly reply?: (question: A2aQuestion, task: unknown) => unknown;
  readonly read?: (answer: A2aAnswer) => unknown;
  readonly usage?: (answer: A2aAnswer) => Usage | readonly Usage[] | undefined;
  readonly pollMs: number;
  /** How long telling the peer to stop may take, in ms. */
  readonly stopWithinMs: number;
  /** The JSON Schema of the answer; `undefined` if there is none. */
  readonly schema: object | undefined;
}

/** How many questions a peer may ask in one task. */
const MAX_REPLIES = 10;

/** One attempt: a task at a peer, from its message to its answer. A failure is one sentence, and the peer is told to stop. */
export async function askPeer(
  options: PeerOptions,
  task: unknown,
  context: AgentContext,
): Promise<unknown> {
  const { to, headers, read, usage, schema, stopWithinMs } = options;
  const { agent } = to;
  const { signal } = context;
  signal.throwIfAborted();
  const made = await untilAborted(headersFor(headers, agent), signal);
  const failing: FailingPeer = { agent, secrets: made.secrets };
  const wire = new AbortController();
  let talk: Conversation | undefined;

  async function converse(): Promise<Task | Message> {
    const peer = await connect(to, made, wire.signal);
    signal.throwIfAborted();
    const { parts, metadata } = messageParts({
      prompt: options.prompt,
      task,
      context,
      modes: peer.card.inputModes,
      schema,
      skill: to.skill,
      agent,
    });
    const remembered = rememberedTask(context.checkpointed, peer.card.url.href);
    const ids = remembered ?? idsFor(context.idempotencyKey, context.attempt);
    const { secrets } = made;
    const { pollMs } = options;
    const speaking = { agent, peer, context, secrets, pollMs, ids, metadata, remembered };
    talk = conversation(speaking, wire.signal);
    let now = await talk.begin(parts);
    for (let replies = 0; isTask(now) && peerState(now) === "input-required"; replies += 1) {
      const said = replies < MAX_REPLIES ? await answerTo(now, options, task) : undefined;
      if (said === undefined) throw asksInVain(now, failing);
      now = await talk.reply(partsOf(said));
    }
    return now;
  }

  try {
    const end = await untilAborted(converse(), signal);
    const answer = isTask(end) ? taskAnswer(end) : messageAnswer(end);
    const said = usage === undefined ? usageIn(answer.metadata) : usedBy(usage, answer);
    for (const used of said) context.report(used);
    if (isTask(end) && peerState(end) !== "completed") throw badEnd(end, failing);
    return read === undefined
      ? plainAnswer(answer, schema !== undefined)
      : await readBy(read, answer, agent, signal);
  } catch (thrown) {
    // After any failure here, the peer's work is no longer needed.
    await talk?.stop(stopWithinMs);
    signal.throwIfAborted();
    throw peerFailure(thrown, failing);
  } finally {
    wire.abort(new Error("the attempt is over"));
  }
}

async function answerTo(
  asking: Task,
  { reply, to }: PeerOptions,
  task: unknown,
): Promise<Json | undefined> {
  if (reply === undefined) return undefined;
  const parts: readonly Part[] = asking.status?.message?.parts ?? [];
  let made: unknown;
  try {
    made = await promiseOf(reply({ text: textsOf(parts), data: valuesOf(parts) }, task));
  } catch (cause) {
    const why = `the reply of ${to.agent} failed: ${describeThrown(cause)}`;
    throw new QuorateError("AGENT_FAILED", why, { cause });
  }
  const taken = takeJson(made, DEFAULT_LIMITS.maxBytes);
  if (taken.fault === undefined) return taken.value as Json | undefined;
  const why = `the reply of ${to.agent} ${taken.fault.why}; return a text or a JSON value`;
  throw new QuorateError("INPUT_INVALID", why);
}
