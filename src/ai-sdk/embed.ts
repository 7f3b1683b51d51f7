import type { EmbeddingModel } from "ai";
import type { Embed } from "../conflict/similar/embedding.ts";
import { QuorateError } from "../model/errors.ts";
import { shown } from "../check/shown.ts";
import { modelFailure } from "./failure.ts";
import { loadAiSdk } from "./load.ts";
import { hasMethod, modelIdOf } from "./model.ts";

/** Requests that one batch of texts is asked in at once, where the provider takes few texts in one. */
const PARALLEL = 4;

/**
 * What `similar({ embed })` asks with: an embedding model of the AI SDK. Nothing is repeated here, and an abort closes the requests.
 *
 * Throws `BAD_OPTIONS` for what is no embedding model.
 */
export function embed(model: EmbeddingModel): Embed {
  if (!(typeof model === "string" && model !== "") && !hasMethod(model, "doEmbed")) {
    throw new QuorateError(
      "BAD_OPTIONS",
      `embed: the model is ${shown(model)}; give an embedding model of the AI SDK, for instance openai.embeddingModel("…")`,
    );
  }
  return async (texts, { signal }) => {
    const { embedMany } = await loadAiSdk();
    signal.throwIfAborted();
    try {
      const { embeddings } = await embedMany({
        model,
        values: [...texts],
        abortSignal: signal,
        maxRetries: 0,
        maxParallelCalls: PARALLEL,
      });
      return embeddings;
    } catch (error) {
      signal.throwIfAborted();
      throw modelFailure(error, `the embedding model ${modelIdOf(model) ?? ""}`.trim());
    }
  };
}
