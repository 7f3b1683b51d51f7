import type { FlexibleSchema, LanguageModel, LanguageModelCallOptions, ToolSet } from "ai";
import type { AgentContext } from "../describe/agent.ts";
import type { ModelText } from "./answer.ts";
import { modelFailure } from "./failure.ts";
import { loadAiSdk, type AiSdk } from "./load.ts";
import { modelIdOf } from "./model.ts";
import { readStream, type Watcher } from "./read-stream.ts";
import { usageOf } from "./usage.ts";

/** What the provider is told in addition to the prompt. */
export interface ModelSettings extends Omit<LanguageModelCallOptions, "maxOutputTokens"> {
  readonly headers?: Record<string, string | undefined>;
  /** Options that only one provider has. */
  readonly providerOptions?: NonNullable<Parameters<AiSdk["generateText"]>[0]["providerOptions"]>;
}

/** One question to a model. */
export interface ModelQuestion {
  readonly model: LanguageModel;
  readonly instructions: string | undefined;
  readonly prompt: string;
  /** The shape of the answer. Default: a text. */
  readonly shape?: (sdk: AiSdk) => FlexibleSchema<unknown>;
  readonly tools?: ToolSet | undefined;
  readonly maxSteps: number;
  readonly maxOutputTokens: number | undefined;
  readonly settings: ModelSettings | undefined;
  /** Shows the answer while it is written, and limits its size. */
  readonly watcher?: Watcher | undefined;
}

type Control = Pick<AgentContext, "signal" | "report">;

/**
 * Asks a model once, without retries: Quorate retries. Reports what each step used when the step has ended. Rejects with the signal's
 * reason when the signal aborts, which closes the request, and with a one-sentence error when the provider fails.
 */
export async function askModel(question: ModelQuestion, control: Control): Promise<ModelText> {
  const sdk = await loadAiSdk();
  const { signal } = control;
  signal.throwIfAborted();
  const id = modelIdOf(question.model);
  // Reported first, so that an attempt that is stopped has its model, too.
  if (id !== undefined) control.report({ model: id });
  // The AI SDK leaves listeners on the signal that it gets.
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const request = requestOf(sdk, question, control, id, own.signal);
    if (question.watcher !== undefined) {
      const streamed = sdk.streamText({ ...request, onError() {} });
      const said = await readStream(sdk, streamed, question.watcher);
      // A stopped stream ends like a complete one.
      signal.throwIfAborted();
      return said;
    }
    const { text, finishReason, rawFinishReason, toolCalls } = await sdk.generateText(request);
    const toolNames = toolCalls.map(({ toolName }) => toolName);
    return { text, finishReason, rawFinishReason, toolNames };
  } catch (error) {
    signal.throwIfAborted();
    throw modelFailure(error, id === undefined ? "the model" : `the model ${id}`);
  } finally {
    signal.removeEventListener("abort", abort);
    // Closes the request of a stream that was not read to its end.
    own.abort();
  }
}

function requestOf(
  sdk: AiSdk,
  question: ModelQuestion,
  { report }: Control,
  id: string | undefined,
  abortSignal: AbortSignal,
) {
  const { model, instructions, prompt, shape, tools, maxSteps, maxOutputTokens } = question;
  return {
    ...question.settings,
    model,
    prompt,
    abortSignal,
    maxRetries: 0,
    stopWhen: sdk.isStepCount(maxSteps),
    ...(instructions !== undefined && { instructions }),
    ...(tools !== undefined && { tools }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(shape !== undefined && { output: unchecked(sdk, shape(sdk)) }),
    onStepEnd: (step: { readonly usage: Parameters<typeof usageOf>[0] }) =>
      report(usageOf(step.usage, id)),
  };
}

/** Asks for JSON of a shape and returns it unchecked: Quorate checks it, and reports what is wrong with half a document. */
function unchecked(sdk: AiSdk, schema: FlexibleSchema<unknown>) {
  return {
    ...sdk.Output.object({ schema }),
    parseCompleteOutput: ({ text }: { readonly text: string }) => Promise.resolve(text),
    // A piece is shown when the text has changed. To parse the whole text with each piece would take longer than the model.
    parsePartialOutput: ({ text }: { readonly text: string }) =>
      Promise.resolve({ partial: String(text.length) }),
  };
}
