import type { Message, Part, SendMessageRequest, Task } from "@a2a-js/sdk";
import { pause } from "../async/pause.ts";
import type { AgentContext } from "../describe/agent.ts";
import { refusal } from "../http/refusal.ts";
import { QuorateError } from "../model/errors.ts";
import type { Peer } from "./connect.ts";
import { isForGood, isNoTask, saidByPeer, statusOf } from "./peer-failure.ts";
import { textsOf } from "./peer-answer.ts";
import type { RememberedTask } from "./remembered.ts";
import { isInPieces, isOver, isSettled, peerState, updated } from "./task-state.ts";

/** How a peer is asked in one task. */
export interface ConversationOptions {
  readonly agent: string;
  readonly peer: Peer;
  readonly context: Pick<AgentContext, "emit" | "checkpoint">;
  readonly secrets: readonly string[];
  readonly pollMs: number;
  readonly ids: Pick<RememberedTask, "contextId" | "messageId">;
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly remembered: RememberedTask | undefined;
}

/** One task at a peer, from its first message until it is over or asks. */
export interface Conversation {
  /** Begins the task, or continues the remembered one. Resolves to a settled task, or to a message if the peer made no task. */
  readonly begin: (parts: Part[]) => Promise<Task | Message>;
  /** Answers the task's question. */
  readonly reply: (parts: Part[]) => Promise<Task | Message>;
  /**
   * Stops the peer: sends `cancelTask` if it has an unfinished task. If the task's id is not known yet, waits for it, and then looks for the task.
   * Never rejects; takes at most `withinMs`.
   */
  readonly stop: (withinMs: number) => Promise<void>;
}

type PeerStream = ReturnType<Peer["client"]["sendMessageStream"]>;

const MAX_ID_CHARS = 1_000;
/** How many times in a row asking for a task's state may fail. */
const MAX_MISSES = 4;
const SLOWER = 1.5;
const SLOWEST = 10;
const ROLE_USER = 1;

/**
 * Talks to a peer about one task:
 *
 *     begin ── remembered? ──▶ look for it ── not there ──▶ send
 *                                  │                         │
 *                                  ▼                         ▼
 *                               follow: stream, or poll ──▶ settled
 *
 * The ids are remembered before a message is sent, and again with the task's id as soon as the peer says it.
 */
export function conversation(options: ConversationOptions, signal: AbortSignal): Conversation {
  const { agent, peer, context, secrets, pollMs, ids, metadata, remembered } = options;
  const { client, card } = peer;
  const { tenant } = card;
  const at = card.url.href;
  let task: Task | undefined;
  let sending = false;
  const named = Promise.withResolvers<void>();
  let told = "";
  /** The status whose question was answered: a peer may repeat it before it continues. */
  let answered: string | undefined;

  const settled = (now: Task): boolean => isSettled(now) && JSON.stringify(now.status) !== answered;

  function remember(taskId?: string, contextId: string = ids.contextId): void {
    const { messageId } = ids;
    const kept: RememberedTask = { peer: at, contextId, messageId };
    context.checkpoint({ ...kept, ...(taskId !== undefined && { taskId }) });
  }

  /** Takes the peer's new state of the task, and shows it as progress. */
  function take(next: Task | undefined): void {
    if (next === undefined) return;
    if (task === undefined) {
      const isId = next.id !== "" && next.id.length <= MAX_ID_CHARS;
      if (!isId || next.contextId.length > MAX_ID_CHARS) {
        throw refusal(
          `${agent}: its peer made a task without a usable id; have the peer corrected`,
        );
      }
    }
    if (isInPieces(next)) {
      throw new QuorateError(
        "OUTPUT_TOO_LARGE",
        `the answer to ${agent} has more than 10,000 parts or 1,000 artifacts; have the peer answer with fewer`,
      );
    }
    const isNew = task?.id !== next.id;
    task = next;
    if (isNew) {
      remember(next.id, next.contextId);
      named.resolve();
    }
    const state = peerState(next);
    const text = saidByPeer(textsOf(next.status?.message?.parts ?? []), secrets);
    const line = `${state} ${text}`;
    if (line === told) return;
    told = line;
    context.emit({ state, ...(text !== "" && { text }) });
  }

  async function whole(id: string): Promise<Task> {
    const found = await client.getTask({ tenant, id, historyLength: 0 }, { signal });
    if (found.id === id) return found;
    throw refusal(`${agent}: its peer sent news of another task; have the peer corrected`);
  }

  /** Polls until the task is settled. */
  async function poll(id: string): Promise<Task> {
    let waitMs = pollMs;
    let misses = 0;
    for (;;) {
      try {
        const now = await whole(id);
        misses = 0;
        take(now);
        if (settled(now)) return now;
      } catch (error) {
        signal.throwIfAborted();
        misses += 1;
        if (isNoTask(error) || isForGood(error) || misses >= MAX_MISSES) throw error;
      }
      await pause(waitMs, signal);
      waitMs = Math.min(waitMs * SLOWER, pollMs * SLOWEST);
    }
  }

  /** Reads a stream. If it breaks off during a task, the task's state is asked for. */
  async function listen(stream: PeerStream): Promise<Task | Message> {
    try {
      for await (const update of stream) {
        if (task === undefined && update.payload?.$case === "message") return update.payload.value;
        take(updated(task, update));
        if (task !== undefined && settled(task)) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (task === undefined || isForGood(error)) throw error;
    }
    if (task === undefined) {
      throw new Error("the stream ended before it named a task");
    }
    return settledOf(task);
  }

  async function settledOf(now: Task): Promise<Task> {
    if (!settled(now)) return poll(now.id);
    // Some peers only say on a stream that a task is over, and not its result.
    const isEmpty = now.artifacts.length === 0 && now.status?.message === undefined;
    return isEmpty && peerState(now) === "completed" ? whole(now.id) : now;
  }

  async function send(message: Message): Promise<Task | Message> {
    const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: undefined };
    const request: SendMessageRequest = {
      tenant,
      message,
      configuration: { ...configuration, returnImmediately: !card.streaming },
      metadata: undefined,
    };
    sending = true;
    try {
      if (card.streaming) return await listen(client.sendMessageStream(request, { signal }));
      const answer = await client.sendMessage(request, { signal });
      if (!isTask(answer)) return answer;
      take(answer);
      return await settledOf(answer);
    } catch (error) {
      // The message was rejected, so there is no task to look for.
      if (statusOf(error) !== undefined) sending = false;
      throw error;
    } finally {
      named.resolve();
    }
  }

  function messageFor(parts: Part[]): Message {
    return {
      ...ids,
      taskId: "",
      role: ROLE_USER,
      parts,
      metadata: metadata === undefined ? undefined : { ...metadata },
      extensions: [],
      referenceTaskIds: [],
    };
  }

  /** The task that this attempt began before its process died, if the peer still has it. */
  async function found({ taskId, contextId }: RememberedTask): Promise<Task | undefined> {
    if (taskId === undefined) return inContext(contextId);
    try {
      return await whole(taskId);
    } catch (error) {
      if (isNoTask(error)) return undefined;
      throw error;
    }
  }

  /** A peer that cannot list tasks is sent the message again, with the same id. */
  async function inContext(contextId: string): Promise<Task | undefined> {
    const query = { contextId, status: 0, pageSize: 1, pageToken: "", historyLength: 0 };
    try {
      const { tasks } = await client.listTasks(
        { tenant, statusTimestampAfter: undefined, ...query },
        { signal },
      );
      return tasks.find((one) => one.contextId === contextId);
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  async function goOn(known: Task): Promise<Task | Message> {
    take(known);
    if (isSettled(known)) return whole(known.id);
    if (!card.streaming) return poll(known.id);
    try {
      return await listen(client.resubscribeTask({ tenant, id: known.id }, { signal }));
    } catch {
      // Not every peer can resume a stream.
      signal.throwIfAborted();
      return poll(known.id);
    }
  }

  return {
    async begin(parts) {
      const known = remembered === undefined ? undefined : await found(remembered);
      if (known !== undefined) return goOn(known);
      remember();
      return send(messageFor(parts));
    },
    async reply(parts) {
      const { id: taskId = "", contextId = "", status } = task ?? {};
      answered = JSON.stringify(status);
      const messageId = crypto.randomUUID();
      return send({ ...messageFor(parts), messageId, taskId, contextId });
    },
    async stop(withinMs) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, withinMs);
      const closing = new AbortController();
      const soon = setTimeout(() => named.resolve(), withinMs / 2);
      try {
        if (sending && task === undefined) await named.promise;
        const cancelling = cancelAt(closing.signal);
        await Promise.race([cancelling, late.promise]);
      } finally {
        clearTimeout(timer);
        clearTimeout(soon);
        closing.abort();
      }
    },
  };

  async function cancelAt(closing: AbortSignal): Promise<void> {
    try {
      const id = task?.id ?? (sending ? (await listed(closing))?.id : undefined);
      if (id === undefined || (task !== undefined && isOver(task))) return;
      await client.cancelTask({ tenant, id, metadata: undefined }, { signal: closing });
    } catch {
      // The task may just have ended, or the peer cannot be reached: there is nothing to report.
    }
  }

  async function listed(closing: AbortSignal): Promise<Task | undefined> {
    const { contextId } = ids;
    const query = { contextId, status: 0, pageSize: 1, pageToken: "", historyLength: 0 };
    const { tasks } = await client.listTasks(
      { tenant, statusTimestampAfter: undefined, ...query },
      { signal: closing },
    );
    return tasks.find((one) => one.contextId === contextId);
  }
}

export function isTask(answer: Task | Message): answer is Task {
  return !("messageId" in answer);
}
