import type { ListTasksRequest, ListTasksResponse, Task, TaskState } from "@a2a-js/sdk";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { isSoundError } from "../../model/errors.ts";
import type { RunQuery, RunStatus, RunSummary } from "../../store/store.ts";
import { ownRun, principalOf, storeOf } from "../asked.ts";
import { HttpRefusal } from "../http/http-refusal.ts";
import { cancelOwn } from "../steer-run.ts";
import { watchRun } from "../watch-run.ts";
import { fullCard } from "./cards.ts";
import type { A2aSdk } from "./load.ts";
import { send, taskRun, type A2aAsked } from "./send.ts";
import { CONTEXT_TAG, contextOf, stateOf, taskOf } from "./tasks.ts";
import { readRun, updates } from "./updates.ts";

/** How teams are served as A2A peers. */
export interface A2aServing {
  /**
   * How long a message that waits for its run does so, in ms. After that it is answered with the working task, whose state the client then asks for.
   * Default: nearly as long as a request may take, 27 s.
   */
  readonly answerWithinMs?: number;
}

/** An error that the protocol has no code for: the server answers it like any other request's. */
export interface Unanswered {
  error?: unknown;
}

const MAX_PAGE = 100;
const DEFAULT_PAGE = 50;
/** The most runs that are counted for `totalSize`. */
const MAX_COUNTED = 1_000;

/**
 * A2A over runs: a task is a run, and everything about it is read from the run's log. There is no other store, so a task is the same after a
 * restart, and shows what other clients and processes do with the run.
 */
export function requestHandler(
  to: A2aAsked,
  leaving: AbortSignal,
  unanswered: Unanswered,
): A2ARequestHandler {
  const { sdk, asked } = to;
  const { errors } = sdk;

  /** Keeps an error that the protocol has no code for, so that the server answers it. */
  async function own<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const refused = refusalFor(sdk, error);
      if (refused === undefined) unanswered.error = error;
      throw refused ?? error;
    }
  }

  const read = async (run: RunSummary, historyLength?: number): Promise<Task> =>
    taskOf(sdk, await readRun(storeOf(asked), run), historyLength);

  // For at most as long as a message may wait; then the client is told the task as it is.
  const settled = (runId: string, afterSeq: number): Promise<void> =>
    watchRun(asked, { runId, afterSeq, signal: leaving, withinMs: asked.parts.a2aWaitsMs });

  const noPush = async (): Promise<never> => {
    throw new errors.PushNotificationNotSupportedError();
  };

  return {
    getAgentCard: async () => fullCard(to),
    getAuthenticatedExtendedAgentCard: async () => fullCard(to),

    sendMessage: (params) =>
      own(async () => {
        const { returnImmediately = false, historyLength } = params.configuration ?? {};
        if (returnImmediately) return read((await send(to, params)).run, historyLength);
        // It stays open like a stream, and counts as one.
        const free = asked.parts.allowance.stream(principalOf(asked).key);
        try {
          const { run, afterSeq } = await send(to, params);
          await settled(run.runId, afterSeq);
          return await read(await taskRun(to, run.runId), historyLength);
        } finally {
          free();
        }
      }),

    async *sendMessageStream(params) {
      const { run, afterSeq } = await own(() => send(to, params));
      const historyLength = params.configuration?.historyLength;
      yield* updates(sdk, storeOf(asked), run, { afterSeq, historyLength, signal: leaving });
    },

    getTask: ({ id, historyLength }) => own(async () => read(await taskRun(to, id), historyLength)),

    cancelTask: ({ id }) =>
      own(async () => {
        const run = await taskRun(to, id);
        const answer = await cancelOwn(asked, run, undefined);
        if (answer === "ended") {
          throw new errors.TaskNotCancelableError(`The task has ended: it is ${run.status}.`);
        }
        // The process that drives it cancels it, unless it has just ended.
        if (answer === "asked") await settled(id, run.events);
        return read(await taskRun(to, id));
      }),

    async *resubscribe({ id }) {
      const run = await own(() => taskRun(to, id));
      if (run.endedAtMs !== null) {
        throw new errors.UnsupportedOperationError(`The task has ended: it is ${run.status}.`);
      }
      yield* updates(sdk, storeOf(asked), run, { afterSeq: run.events, signal: leaving });
    },

    listTasks: (params) => own(() => listTasks(to, params)),

    createTaskPushNotificationConfig: noPush,
    getTaskPushNotificationConfig: noPush,
    listTaskPushNotificationConfigs: noPush,
    deleteTaskPushNotificationConfig: noPush,
  };
}

/** The protocol's error for a mistake of the client; `undefined` for any other error. */
function refusalFor({ errors }: A2aSdk, error: unknown): Error | undefined {
  if (error instanceof errors.TaskNotFoundError || isOfProtocol(error)) return error as Error;
  if (!isSoundError(error)) return undefined;
  // The message may contain them already.
  const issues = error.issues
    .filter(({ message: issue }) => !error.message.includes(issue))
    .slice(0, 5)
    .map(({ path, message: issue }) => `${path ?? "it"}: ${issue}`);
  const message = [error.message, ...issues].join("; ");
  switch (error.code) {
    case "RUN_NOT_FOUND":
      return new errors.TaskNotFoundError("There is no such task.");
    case "INPUT_INVALID":
    case "NO_SUCH_POSITION":
    case "BAD_OPTIONS":
    case "BAD_ROUTE":
      return new errors.RequestMalformedError(message);
    case "ALREADY_DECIDED":
    case "RUN_OWNED":
    case "NOT_RESUMABLE":
      return new errors.UnsupportedOperationError(message);
    default:
      return undefined;
  }
}

/** An error that the SDK knows: each has the reason that the protocol names. */
function isOfProtocol(error: unknown): boolean {
  return error instanceof Error && !(error instanceof HttpRefusal) && "toErrorInfo" in error;
}

async function listTasks(to: A2aAsked, params: ListTasksRequest): Promise<ListTasksResponse> {
  const { sdk, asked, team } = to;
  const { contextId, pageToken, pageSize = DEFAULT_PAGE, includeArtifacts, historyLength } = params;
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE) {
    throw new sdk.errors.RequestMalformedError(`pageSize is from 1 to ${MAX_PAGE}.`);
  }
  const statuses = statusesFor(sdk, params.status);
  const { tenant } = principalOf(asked);
  const store = storeOf(asked);
  const since = sinceMs(params.statusTimestampAfter);
  if (Number.isNaN(since)) {
    throw new sdk.errors.RequestMalformedError("statusTimestampAfter is not a time of ISO 8601.");
  }
  if (pageToken !== "") await ownRun(asked, pageToken);
  const query: RunQuery = {
    ...(team !== undefined && { team: team.name }),
    ...(statuses !== undefined && { status: statuses }),
    ...(tenant !== undefined && { tenant }),
  };
  const found = (await runsIn(to, query, contextId)).filter(
    ({ endedAtMs }) => endedAtMs === null || endedAtMs > since,
  );
  const from = pageToken === "" ? 0 : found.findIndex(({ runId }) => runId === pageToken) + 1;
  const page = found.slice(from, from + pageSize);
  const tasks: Task[] = [];
  for (const run of page) {
    if (includeArtifacts === true) {
      tasks.push(taskOf(sdk, await readRun(store, run), historyLength));
    } else tasks.push(briefTask(sdk, run));
  }
  const last = from + page.length < found.length ? page.at(-1)?.runId : undefined;
  return { tasks, nextPageToken: last ?? "", pageSize, totalSize: found.length };
}

/** The runs of a query, latest first; if a conversation is named, only its runs. */
async function runsIn(
  { asked }: A2aAsked,
  query: RunQuery,
  contextId: string,
): Promise<readonly RunSummary[]> {
  const store = storeOf(asked);
  const { teams } = asked.parts;
  const tag = contextId === "" ? {} : { tag: { [CONTEXT_TAG]: contextId } };
  const runs = await store.runs({ ...query, ...tag, limit: MAX_COUNTED });
  return runs.filter((run) => teams.has(run.supervisor.name));
}

/** A task for a list: its state, without reading its log. */
function briefTask(sdk: A2aSdk, run: RunSummary): Task {
  const { runId, status, endedAtMs, startedAtMs } = run;
  return {
    id: runId,
    contextId: contextOf(run),
    status: {
      state: stateOf(sdk, status),
      message: undefined,
      timestamp: new Date(endedAtMs ?? startedAtMs).toISOString(),
    },
    artifacts: [],
    history: [],
    metadata: {},
  };
}

const STATUSES: readonly RunStatus[] = [
  "running",
  "interrupted",
  "waiting",
  "complete",
  "partial",
  "failed",
  "cancelled",
];

function statusesFor(sdk: A2aSdk, state: TaskState): readonly RunStatus[] | undefined {
  if (state === sdk.codecs.TaskState.TASK_STATE_UNSPECIFIED) return undefined;
  const found = STATUSES.filter((status) => stateOf(sdk, status) === state);
  if (found.length > 0) return found;
  throw new sdk.errors.RequestMalformedError("No task of this server is ever in that state.");
}

function sinceMs(timestamp: string | undefined): number {
  return timestamp === undefined ? -Infinity : Date.parse(timestamp);
}
