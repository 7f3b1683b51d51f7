import { join } from "node:path";
import type { EmbeddingModel, LanguageModel } from "ai";
import { MockEmbeddingModelV4, MockLanguageModelV4 } from "ai/test";
import { getLlama, LlamaChatSession, LlamaLogLevel, type LlamaModel } from "node-llama-cpp";

/** Two small models that run in this process. */
export interface LocalModels extends AsyncDisposable {
  readonly chat: LanguageModel;
  readonly embedding: EmbeddingModel;
  /** What the chat model has said so far, all in all, in pieces. */
  readonly said: readonly string[];
}

const CONTEXT_TOKENS = 2_048;
const MAX_TOKENS = 200;

/** Loads the models of a folder: see QUORATE_MODELS in CONTRIBUTING.md. */
export async function localModels(folder: string): Promise<LocalModels> {
  // With more threads it stalls where there are few cores.
  const llama = await getLlama({
    gpu: false,
    build: "never",
    maxThreads: 1,
    logLevel: LlamaLogLevel.error,
  });
  const open = (file: string): Promise<LlamaModel> =>
    llama.loadModel({ modelPath: join(folder, file) });
  const chat = await open("SmolLM2-135M-Instruct.Q4_1.gguf");
  const embedding = await open("all-MiniLM-L6-v2.Q8_0.gguf");
  const said: string[] = [];
  const embeddings = await embedding.createEmbeddingContext({ contextSize: 512 });

  return {
    said,
    // Only their names are of mocks: they make models of the AI SDK of functions.
    chat: new MockLanguageModelV4({
      modelId: "SmolLM2-135M",
      async doGenerate({ prompt, maxOutputTokens = MAX_TOKENS, responseFormat, abortSignal }) {
        await using context = await chat.createContext({ contextSize: CONTEXT_TOKENS });
        const sequence = context.getSequence();
        const session = new LlamaChatSession({ contextSequence: sequence });
        const schema = responseFormat?.type === "json" ? responseFormat.schema : undefined;
        const grammar = schema && (await llama.createGrammarForJsonSchema(schema as never));
        const { responseText, stopReason } = await session.promptWithMeta(textOf(prompt), {
          maxTokens: maxOutputTokens,
          onTextChunk: (piece) => void said.push(piece),
          ...(abortSignal !== undefined && { signal: abortSignal }),
          ...(grammar !== undefined && { grammar }),
        });
        const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter.getState();
        const isCut = stopReason === "maxTokens";
        return {
          content: [{ type: "text", text: responseText }],
          finishReason: { unified: isCut ? "length" : "stop", raw: stopReason },
          usage: {
            inputTokens: {
              total: usedInputTokens,
              noCache: usedInputTokens,
              cacheRead: 0,
              cacheWrite: 0,
            },
            outputTokens: { total: usedOutputTokens, text: usedOutputTokens, reasoning: 0 },
          },
          warnings: [],
        };
      },
    }),
    embedding: new MockEmbeddingModelV4({
      modelId: "all-MiniLM-L6-v2",
      async doEmbed({ values }) {
        const vectors: number[][] = [];
        for (const value of values)
          vectors.push([...(await embeddings.getEmbeddingFor(value)).vector]);
        return { embeddings: vectors, warnings: [] };
      },
    }),
    [Symbol.asyncDispose]: () => llama.dispose(),
  };
}

/** All that a model is told, as one text. */
function textOf(prompt: readonly { readonly content: unknown }[]): string {
  return prompt
    .map(({ content }) => {
      if (typeof content === "string") return content;
      return (content as readonly { readonly text?: string }[])
        .map(({ text = "" }) => text)
        .join("\n");
    })
    .join("\n\n");
}
