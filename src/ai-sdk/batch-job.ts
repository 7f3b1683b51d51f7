import type {
  Experimental_BatchError as BatchError,
  Experimental_BatchProvider as BatchProvider,
  Experimental_BatchReference as BatchReference,
  Experimental_BatchStatus as BatchStatus,
  Experimental_TextBatchItemResult as TextItem,
  Experimental_TextBatchRequest as TextRequest,
} from "ai";
import { pause } from "../async/pause.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { QuorateError } from "../model/errors.ts";
import { clipWords, cut } from "../model/text.ts";
import { modelFailure } from "./failure.ts";
import type { AiSdk } from "./load.ts";

/** The result of one request of a batch. */
export type BatchItem = TextItem;

/** One request of a batch. */
export interface BatchRequest {
  readonly id: string;
  /** The shape of the answer, in the form that providers take. */
  readonly shape: Shape | undefined;
  readonly asked: TextRequest;
}

/** The provider's batch interface, one level below the AI SDK. */
type BatchApi = Extract<BatchProvider, { doStartBatch: unknown }>;
type Shape = Awaited<ReturnType<AiSdk["Output"]["object"]>["responseFormat"]>;

/** An attempt that waits for a request. */
export interface BatchWaiter {
  /** Called when the provider has accepted the batch, with its id. */
  readonly began: (batch: string, provider: string) => void;
  readonly progress: (value: unknown) => void;
}

/** A batch at a provider, from its first request until no attempt waits for it. */
export interface BatchJob {
  /** Whether it accepts more requests. */
  readonly collects: boolean;
  /** Whether an attempt can still wait for one of its requests. */
  readonly follows: boolean;
  /** Adds a request, or waits for one of a batch that exists, by its id. Resolves to its item; `undefined` if the batch has none. */
  readonly join: (
    request: BatchRequest | string,
    waiter: BatchWaiter,
  ) => Promise<BatchItem | undefined>;
  /** Stops waiting for this request. With `stops`, the last attempt to leave a running batch cancels it. */
  readonly leave: (id: string, how: { readonly stops: boolean }) => Promise<void>;
  /** Sends the batch; it accepts no request afterwards. */
  readonly send: () => void;
  /** Resolves when the job is over in this process, whatever still happens at the provider. Never rejects. */
  readonly ended: Promise<void>;
}

interface BatchJobOptions {
  readonly sdk: AiSdk;
  readonly provider: BatchProvider;
  readonly pollMs: number;
  readonly headers: Record<string, string | undefined> | undefined;
  /** The agent's name. */
  readonly name: string;
  /** The id of a batch that exists already. */
  readonly known?: string | undefined;
}

interface AwaitedRequest extends PromiseWithResolvers<BatchItem | undefined> {
  readonly request: BatchRequest | undefined;
  readonly waiter: BatchWaiter;
}

/** How many checks of a batch may fail in a row before all attempts that wait for it fail. */
const MAX_MISSES = 60;
/** How long a cancellation at the provider may take, in ms. */
const STOP_WITHIN_MS = 2_000;
const MAX_SAID_CHARS = 300;

/**
 * One batch. It is collected until it is sent, polled until it is done, and read:
 *
 *     collects ── send ──▶ start ──▶ follow ── completed ──▶ read ──▶ over
 *
 * A check that fails temporarily is retried; any other failure ends the batch for all attempts that wait. An attempt that joins while
 * the batch is read may have missed its item: another job reads the batch again for it.
 */
export function batchJob(options: BatchJobOptions): BatchJob {
  const { sdk, provider, pollMs, headers, name, known } = options;
  const places = new Map<string, AwaitedRequest>();
  const wanted = new AbortController();
  const sent = Promise.withResolvers<void>();
  /** Settled when the provider has the batch, or never will. */
  const begun = Promise.withResolvers<void>();
  let stage: "collects" | "follows" | "reads" | "over" = "collects";
  let reference: BatchReference | undefined;
  let shown = "";

  const calling = { provider, maxRetries: 0, ...(headers !== undefined && { headers }) };
  const who = (): string =>
    reference === undefined ? `the batch of ${name}` : `the batch ${nameOf(reference)} of ${name}`;

  async function start(): Promise<BatchReference> {
    if (known !== undefined) return { version: 2, id: known, provider: apiOf(provider).provider };
    const requests = [...places.values()].flatMap(({ request }) => request ?? []);
    const shapes = new Map(requests.map(({ id, shape }) => [id, shape]));
    return sdk.experimental_startBatch({
      provider: shaping(provider, shapes),
      requests: requests.map(({ asked }) => asked),
      abortSignal: wanted.signal,
      ...(headers !== undefined && { headers }),
    });
  }

  async function follow(batch: BatchReference): Promise<void> {
    for (let misses = 0; ;) {
      try {
        const looking = { ...calling, batch, abortSignal: wanted.signal };
        const now = await sdk.experimental_getBatchStatus(looking);
        if (now.status !== "pending") return await read(batch, now);
        misses = 0;
        tell({ batch: batch.id, status: now.status, ...now.requestCounts });
      } catch (error) {
        wanted.signal.throwIfAborted();
        misses += 1;
        if (!isTemporary(error) || misses >= MAX_MISSES) throw error;
        const { message } = modelFailure(error, who());
        tell({ batch: batch.id, status: "unknown", detail: clipWords(message, MAX_SAID_CHARS) });
      }
      await pause(pollMs, wanted.signal);
    }
  }

  /** Reads all items and gives each to the attempt that waits for it. A cancelled or expired batch has some items, too. */
  async function read(batch: BatchReference, { status, error }: BatchStatus): Promise<void> {
    stage = "reads";
    const reading = { ...calling, batch, abortSignal: wanted.signal };
    try {
      for await (const item of sdk.experimental_getBatchResults(reading)) {
        if (item.type === "text") places.get(item.id)?.resolve(item);
      }
    } catch (unread) {
      if (status !== "failed" || isTemporary(unread)) throw unread;
    }
    const failure = status === "failed" ? failedBatch(who(), error) : undefined;
    for (const { resolve, reject } of places.values()) {
      if (failure === undefined || known !== undefined) resolve(undefined);
      else reject(failure);
    }
  }

  /** Tells all waiting attempts what has changed. */
  function tell(progress: object): void {
    const line = JSON.stringify(progress);
    if (line === shown) return;
    shown = line;
    for (const { waiter } of places.values()) waiter.progress(progress);
  }

  async function carryOut(): Promise<void> {
    await sent.promise;
    // All attempts left before it was sent.
    if (places.size === 0) return;
    reference = await start();
    begun.resolve();
    for (const { waiter } of places.values()) waiter.began(reference.id, reference.provider);
    await follow(reference);
  }

  async function fail(thrown: unknown): Promise<void> {
    const failure = modelFailure(thrown, who());
    const isGone = known !== undefined && (failure as { readonly status?: unknown }).status === 404;
    // No attempt waits for the result.
    if (!isGone && stage === "follows" && !wanted.signal.aborted)
      await cancel(AbortSignal.timeout(STOP_WITHIN_MS));
    for (const { resolve, reject } of places.values()) {
      if (isGone) resolve(undefined);
      else reject(failure);
    }
  }

  const ended = carryOut()
    .catch(fail)
    .then(() => {
      stage = "over";
      begun.resolve();
    });

  /** Tells the provider to cancel. Its answer is ignored. */
  async function cancel(closing: AbortSignal): Promise<void> {
    if (reference === undefined) return;
    const cancelling = { provider, batch: reference, abortSignal: closing };
    const asked = sdk.experimental_cancelBatch({ ...calling, ...cancelling });
    await untilAborted(asked, closing).catch(() => {});
  }

  return {
    ended,
    get collects() {
      return stage === "collects" && known === undefined && !wanted.signal.aborted;
    },
    get follows() {
      return (stage === "follows" || known !== undefined) && isOpen();
    },
    send() {
      if (stage === "collects") stage = "follows";
      sent.resolve();
    },
    join(request, waiter) {
      const isKnown = typeof request === "string";
      const place = Promise.withResolvers<BatchItem | undefined>();
      places.set(isKnown ? request : request.id, {
        ...place,
        waiter,
        request: isKnown ? undefined : request,
      });
      return place.promise;
    },
    async leave(id, { stops }) {
      places.delete(id);
      if (places.size > 0 || stage === "over") return;
      if (stops && stage === "follows") {
        const closing = AbortSignal.timeout(STOP_WITHIN_MS);
        // A batch that is being sent has its id in a moment; uncancelled, it would be billed.
        await untilAborted(begun.promise, closing).catch(() => {});
        wanted.abort(UNWANTED);
        await cancel(closing);
      }
      wanted.abort(UNWANTED);
      sent.resolve();
      await ended;
    },
  };

  function isOpen(): boolean {
    return stage !== "reads" && stage !== "over" && !wanted.signal.aborted;
  }
}

const UNWANTED = new Error("nobody waits for this batch any more");

function nameOf({ id }: BatchReference): string {
  return cut(JSON.stringify(id), MAX_SAID_CHARS);
}

/** Whether a check may succeed later: the provider says so, or the connection broke. */
function isTemporary(thrown: unknown): boolean {
  const failure = modelFailure(thrown, "") as Error & { readonly isRetryable?: unknown };
  if (failure.isRetryable !== undefined) return failure.isRetryable === true;
  const { name } = Object(thrown) as { readonly name?: unknown };
  return !(thrown instanceof QuorateError) && !String(name).startsWith("AI_");
}

function failedBatch(who: string, error: BatchError | undefined): QuorateError {
  const said =
    error === undefined ? "it does not say why" : clipWords(error.message, MAX_SAID_CHARS);
  const failure = new QuorateError("AGENT_FAILED", `${who} failed at its provider: ${said}`);
  const { statusCode } = error ?? {};
  return Object.assign(failure, statusCode !== undefined && { status: statusCode });
}

function apiOf(provider: BatchProvider): BatchApi {
  if ("doStartBatch" in provider) return provider;
  return (provider as unknown as { experimental_batch(): BatchApi }).experimental_batch();
}

/** The provider, with the shape of each answer added to its requests: the AI SDK has no option for it in a batch. */
function shaping(
  provider: BatchProvider,
  shapes: ReadonlyMap<string, Shape | undefined>,
): BatchApi {
  const api = apiOf(provider);
  return {
    specificationVersion: "v4",
    provider: api.provider,
    supportedUrls: api.supportedUrls,
    doStartBatch: (asked) =>
      api.doStartBatch({
        ...asked,
        requests: asked.requests.map((request) => {
          const responseFormat = shapes.get(request.id);
          if (request.type !== "text" || responseFormat === undefined) return request;
          return { ...request, options: { ...request.options, responseFormat } };
        }),
      }),
    doGetBatchStatus: (asked) => api.doGetBatchStatus(asked),
    doGetBatchResults: (asked) => api.doGetBatchResults(asked),
  };
}
