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
import { cut } from "../model/text.ts";
import { modelFailure } from "./failure.ts";
import type { AiSdk } from "./load.ts";

/** What a batch has for one of its requests. */
export type BatchItem = TextItem;

/** One request of a batch. */
export interface BatchRequest {
  readonly id: string;
  /** The shape of the answer, as providers take it. */
  readonly shape: Shape | undefined;
  readonly asked: TextRequest;
}

/** What a provider is asked by, below the AI SDK. */
type BatchApi = Extract<BatchProvider, { doStartBatch: unknown }>;
type Shape = Awaited<ReturnType<AiSdk["Output"]["object"]>["responseFormat"]>;

/** Who waits for a request. */
export interface BatchWaiter {
  /** The provider has it: under this id. */
  readonly began: (batch: string, provider: string) => void;
  readonly progress: (value: unknown) => void;
}

/** A batch at a provider, from its first request to the last that somebody waits for. */
export interface BatchJob {
  /** Whether it takes more requests. */
  readonly collects: boolean;
  /** Whether somebody may still wait for a request that is in it. */
  readonly follows: boolean;
  /** Adds a request; of a batch that is there already, its id. Gives its item, or `undefined` where the batch has none. */
  readonly join: (
    request: BatchRequest | string,
    waiter: BatchWaiter,
  ) => Promise<BatchItem | undefined>;
  /** Nobody waits for this request any more. The last one who leaves a batch that goes on has it cancelled, where it `stops` it. */
  readonly leave: (id: string, how: { readonly stops: boolean }) => Promise<void>;
  /** No request is added after this. */
  readonly send: () => void;
  /** It is over here, whatever goes on at the provider. Never rejects. */
  readonly ended: Promise<void>;
}

interface BatchJobOptions {
  readonly sdk: AiSdk;
  readonly provider: BatchProvider;
  readonly pollMs: number;
  readonly headers: Record<string, string | undefined> | undefined;
  /** The agent's. */
  readonly name: string;
  /** The id of a batch that is there already. */
  readonly known?: string | undefined;
}

interface AwaitedRequest extends PromiseWithResolvers<BatchItem | undefined> {
  readonly request: BatchRequest | undefined;
  readonly waiter: BatchWaiter;
}

/** How often in a row a look at a batch may fail before all that wait for it fail. */
const MAX_MISSES = 60;
/** How long the provider may take to be told that a batch is not wanted any more, in ms. */
const STOP_WITHIN_MS = 2_000;
const MAX_SAID_CHARS = 300;

/**
 * One batch: collected until it is sent, then looked at until it is done, and read:
 *
 *     collects ── send ──▶ start ──▶ follow ── completed ──▶ read ──▶ over
 *
 * A look that fails for now is repeated; whatever else fails ends it for all that wait. Who joins while it is read may have
 * missed its item, and has the batch read again by another job.
 */
export function batchJob(options: BatchJobOptions): BatchJob {
  const { sdk, provider, pollMs, headers, name, known } = options;
  const places = new Map<string, AwaitedRequest>();
  const wanted = new AbortController();
  const sent = Promise.withResolvers<void>();
  /** The provider has it, or never will. */
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
        tell({ batch: batch.id, status: "unknown", detail: cut(message, MAX_SAID_CHARS) });
      }
      await pause(pollMs, wanted.signal);
    }
  }

  /** Has all items that there are, each for who waits for it. One that was stopped or had no time has some, too. */
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

  /** Tells all who wait what has changed. */
  function tell(progress: object): void {
    const line = JSON.stringify(progress);
    if (line === shown) return;
    shown = line;
    for (const { waiter } of places.values()) waiter.progress(progress);
  }

  async function carryOut(): Promise<void> {
    await sent.promise;
    // Everybody has left before it was sent.
    if (places.size === 0) return;
    reference = await start();
    begun.resolve();
    for (const { waiter } of places.values()) waiter.began(reference.id, reference.provider);
    await follow(reference);
  }

  async function fail(thrown: unknown): Promise<void> {
    const failure = modelFailure(thrown, who());
    const isGone = known !== undefined && (failure as { readonly status?: unknown }).status === 404;
    // Nobody reads what it comes to.
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

  /** Tells the provider to stop. What it says to that is nobody's. */
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
        // One that is just being sent is known in a moment, and would be paid for.
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

/** Whether a look may succeed later: the provider says so, or the connection broke off. */
function isTemporary(thrown: unknown): boolean {
  const failure = modelFailure(thrown, "") as Error & { readonly isRetryable?: unknown };
  if (failure.isRetryable !== undefined) return failure.isRetryable === true;
  const { name } = Object(thrown) as { readonly name?: unknown };
  return !(thrown instanceof QuorateError) && !String(name).startsWith("AI_");
}

function failedBatch(who: string, error: BatchError | undefined): QuorateError {
  const said = error === undefined ? "it does not say why" : cut(error.message, MAX_SAID_CHARS);
  const failure = new QuorateError("AGENT_FAILED", `${who} failed at its provider: ${said}`);
  const { statusCode } = error ?? {};
  return Object.assign(failure, statusCode !== undefined && { status: statusCode });
}

function apiOf(provider: BatchProvider): BatchApi {
  if ("doStartBatch" in provider) return provider;
  return (provider as unknown as { experimental_batch(): BatchApi }).experimental_batch();
}

/** The provider, told the shape of each answer: its batches take one, and the AI SDK has no option for it. */
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
