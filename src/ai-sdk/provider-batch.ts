import { randomUUID } from "node:crypto";
import type { Experimental_BatchProvider as BatchProvider } from "ai";
import { untilAborted } from "../async/until-aborted.ts";
import { integer, milliseconds, text, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { AgentContext } from "../describe/agent.ts";
import { isSoundError, QuorateError } from "../model/errors.ts";
import type { ModelText } from "./answer.ts";
import type { ModelQuestion } from "./ask-model.ts";
import { batchJob, type BatchItem, type BatchJob, type BatchRequest } from "./batch-job.ts";
import { itemFailure } from "./failure.ts";
import { loadAiSdk, type AiSdk } from "./load.ts";
import { hasMethod, modelIdOf } from "./model.ts";
import { usageOf } from "./usage.ts";

/** How an agent's requests are put into batches at its provider. */
export interface ProviderBatchOptions {
  /** The model's provider, for instance `anthropic` or `openai`. It needs the batch interface of the AI SDK. */
  readonly provider: BatchProvider;
  /** The most requests in a batch (10,000). */
  readonly maxRequests?: number;
  /** How long the first request of a batch waits for others, in ms (1,000). */
  readonly waitMs?: number;
  /** The time between two checks of whether the batch is done, in ms (30,000). */
  readonly pollMs?: number;
  /**
   * The name in `prices` for these requests: providers charge less for a batch than for the same model asked directly. If the team has
   * `tiers`, each tier uses its model's name. Default: the model's name.
   */
  readonly pricedAs?: string;
}

type Defaults = "maxRequests" | "waitMs" | "pollMs";

export const PROVIDER_BATCH: Options<ProviderBatchOptions, Defaults> = options(
  {
    provider: thing<BatchProvider>(
      "a provider of the AI SDK that has batches",
      (given) => hasMethod(given, "experimental_batch") || hasMethod(given, "doStartBatch"),
      "use anthropic, google, openai or another one that has batches",
    ).needed(),
    maxRequests: integer(1, 50_000).or(10_000),
    waitMs: milliseconds(0).or(1_000),
    pollMs: milliseconds(1).or(30_000),
    pricedAs: text("use a name that prices has"),
  },
  { instead: "use { provider: anthropic }" },
);

/** The default `timeoutMs` of an agent with batches: providers answer a batch within a day, or never. */
export const BATCH_TIMEOUT_MS: number = 24 * 60 * 60 * 1_000;

/** The most characters of all prompts in a batch: providers take 200 MB, including instructions and shapes. */
const MAX_BATCH_CHARS = 64 * 1024 * 1024;

/** A batch that is being collected. */
interface OpenBatch {
  readonly job: BatchJob;
  readonly send: () => void;
  requests: number;
  chars: number;
}

/** What an attempt remembers of its request, so that the process that resumes the run waits for the same batch. */
interface RememberedRequest {
  readonly provider: string;
  readonly batch: string;
  readonly request: string;
}

/**
 * Asks a model through batches of its provider. Each attempt is one request, and settles by itself:
 *
 *     remembered? ──▶ wait for that batch ── it has no answer ──▶ collect
 *          │ no                                                      │ full, or waited long enough
 *          └──────────────────────────────────────────────▶ send ──▶ checkpoint ──▶ wait for the batch
 *
 * An aborted attempt leaves its batch. A batch that no attempt waits for is cancelled at the provider, unless another process has taken the
 * run over.
 */
export function batchAsker(
  name: string,
  given: ProviderBatchOptions,
): (question: ModelQuestion, context: AgentContext) => Promise<ModelText> {
  const { provider, maxRequests, waitMs, pollMs, pricedAs } = PROVIDER_BATCH.of(
    given,
    `agent "${name}": providerBatch`,
  );
  /** By model: some providers take one model per batch. */
  const collecting = new Map<string, OpenBatch>();
  /** By the batch's id at its provider. */
  const sent = new Map<string, BatchJob>();

  /** A batch without requests; `known` is the id of one that exists. */
  function begin(sdk: AiSdk, headers: Headers, known?: string): BatchJob {
    const job = batchJob({ sdk, provider, pollMs, headers, name, known });
    void job.ended.then(() => {
      for (const [id, one] of sent) if (one === job) sent.delete(id);
    });
    return job;
  }

  /** The batch that a model's request goes into. */
  function collector(sdk: AiSdk, model: string, chars: number, headers: Headers): OpenBatch {
    const open = collecting.get(model);
    if (open?.job.collects === true) {
      if (open.chars + chars <= MAX_BATCH_CHARS) return open;
      open.send();
    }
    const job = begin(sdk, headers);
    const send = (): void => {
      clearTimeout(timer);
      if (collecting.get(model) === made) collecting.delete(model);
      job.send();
    };
    const timer = setTimeout(send, waitMs);
    // If all attempts left before.
    void job.ended.then(send);
    const made: OpenBatch = { job, send, requests: 0, chars: 0 };
    collecting.set(model, made);
    return made;
  }

  /** The job that follows a remembered batch: the one in this process, or a new one. */
  function follower(sdk: AiSdk, batch: string, headers: Headers): BatchJob {
    const before = sent.get(batch);
    if (before?.follows === true) return before;
    const job = begin(sdk, headers, batch);
    sent.set(batch, job);
    return job;
  }

  async function answered(
    job: BatchJob,
    request: BatchRequest | string,
    { signal, emit, checkpoint }: AgentContext,
  ): Promise<BatchItem | undefined> {
    const id = typeof request === "string" ? request : request.id;
    const place = job.join(request, {
      began(batch, ofProvider) {
        sent.set(batch, job);
        const kept: RememberedRequest = { provider: ofProvider, batch, request: id };
        if (typeof request !== "string") checkpoint(kept);
      },
      progress: emit,
    });
    try {
      return await untilAborted(place, signal);
    } finally {
      const { reason } = signal;
      const isTaken = isSoundError(reason) && reason.code === "LEASE_LOST";
      await job.leave(id, { stops: !isTaken });
    }
  }

  return async (question, context) => {
    const sdk = await loadAiSdk();
    const { signal, report } = context;
    signal.throwIfAborted();
    const model = modelIdOf(question.model);
    if (model === undefined) throw unnamed(`the model of ${name}`);
    const priced = context.tier === undefined ? (pricedAs ?? model) : model;
    report({ model: priced });
    const headers = question.settings?.headers;

    const known = rememberedRequest(context.checkpointed);
    let item: BatchItem | undefined;
    if (known !== undefined) {
      const job = follower(sdk, known.batch, headers);
      const waiting = answered(job, known.request, context);
      job.send();
      item = await waiting;
      // Cancelled or expired in the meantime: asked again.
      if (item?.status === "cancelled" || item?.status === "expired") item = undefined;
    }
    if (item === undefined) {
      const request = await requestOf(sdk, question, model);
      signal.throwIfAborted();
      const chars = question.prompt.length + (question.instructions?.length ?? 0);
      const into = collector(sdk, model, chars, headers);
      into.requests += 1;
      into.chars += chars;
      const waiting = answered(into.job, request, context);
      if (into.requests >= maxRequests) into.send();
      item = await waiting;
    }
    if (item?.status !== "succeeded") throw itemFailure(item, `the model ${model}`);
    report(usageOf(item.usage, priced));
    const { text: said, finishReason, rawFinishReason, content } = item;
    const toolNames = content.flatMap((part) => (part.type === "tool-call" ? [part.toolName] : []));
    return { text: said, finishReason, rawFinishReason, toolNames };
  };
}

type Headers = Record<string, string | undefined> | undefined;

/** Throws `BAD_OPTIONS` if these options cannot be used with batches. */
export function checkBatched(
  given: { readonly model: unknown; readonly tools?: unknown; readonly stream: boolean },
  where: string,
): void {
  if (modelIdOf(given.model) === undefined) throw unnamed(`${where}: the model`);
  const [option, why] =
    given.tools !== undefined
      ? ["tools", "the tools of a batch are never called"]
      : given.stream
        ? ["stream", "a batch gives no partial answers"]
        : [undefined, ""];
  if (option === undefined) return;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${where} has providerBatch and ${option}, and ${why}; leave one of them out`,
  );
}

function unnamed(what: string): QuorateError {
  return new QuorateError(
    "BAD_OPTIONS",
    `${what} has no modelId, by which a batch names it; use a model that has one, for instance anthropic("…")`,
  );
}

async function requestOf(
  sdk: AiSdk,
  { prompt, instructions, shape, maxOutputTokens, settings }: ModelQuestion,
  model: string,
): Promise<BatchRequest> {
  const { headers: _headers, ...said } = settings ?? {};
  // A batch takes ids of letters, digits and hyphens, at most 64 characters.
  const id = `q-${randomUUID()}`;
  return {
    id,
    shape: shape && (await sdk.Output.object({ schema: shape(sdk) }).responseFormat),
    asked: {
      ...said,
      id,
      type: "text",
      model,
      prompt,
      ...(instructions !== undefined && { instructions }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    },
  };
}

function rememberedRequest(checkpointed: unknown): RememberedRequest | undefined {
  const { provider, batch, request } = Object(checkpointed) as Record<string, unknown>;
  if (typeof provider !== "string" || typeof batch !== "string" || typeof request !== "string") {
    return undefined;
  }
  return { provider, batch, request };
}
