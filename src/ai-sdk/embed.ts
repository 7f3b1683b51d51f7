import type { EmbeddingModel } from "ai";
import type { Embed } from "../conflict/similar/embedding.ts";
import { QuorateError } from "../model/errors.ts";
import { hear } from "../model/hear.ts";
import { shown } from "../check/shown.ts";
import { modelFailure } from "./failure.ts";
import { loadAiSdk } from "./load.ts";
import { hasMethod, modelIdOf } from "./model.ts";
import { usageOf } from "./usage.ts";

/** How many requests run at once for one batch of texts, if the provider takes few texts in one. */
const PARALLEL = 4;

/**
 * An `embed` function for `similar({ embed })` that asks an embedding model of the AI SDK. It does not retry, and an abort closes its
 * requests.
 *
 * Throws `BAD_OPTIONS` if `model` is not an embedding model.
 */
export function embed(model: EmbeddingModel): Embed {
  if (!(typeof model === "string" && model !== "") && !hasMethod(model, "doEmbed")) {
    hear(model);
    throw new QuorateError(
      "BAD_OPTIONS",
      `embed: the model is ${shown(model)}; give an embedding model of the AI SDK, for instance openai.embeddingModel("…")`,
    );
  }
  const id = modelIdOf(model);
  return async (texts, { signal, report }) => {
    const { embedMany } = await loadAiSdk();
    signal.throwIfAborted();
    // Reported first, so that a request that is stopped has its model, too.
    if (id !== undefined) report({ model: id });
    try {
      const { embeddings, usage } = await embedMany({
        model,
        values: [...texts],
        abortSignal: signal,
        maxRetries: 0,
        maxParallelCalls: PARALLEL,
      });
      // It says nothing, and so there is nothing to pay for that.
      report(usageOf({ inputTokens: usage.tokens, outputTokens: 0 }, id));
      return embeddings;
    } catch (error) {
      signal.throwIfAborted();
      throw modelFailure(error, `the embedding model ${id ?? ""}`.trim());
    }
  };
}
