import { asName } from "../check/name.ts";
import { flag, func, integer, object, text } from "../check/kinds.ts";
import type { LanguageModel, ToolSet } from "ai";
import { adapted, type Adapter, type AnyNeeds, type OwnOf } from "../describe/adapter.ts";
import type { Agent, AgentContext, AgentOptions, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { ClaimDraft } from "../model/claim.ts";
import type { PositionOn } from "../model/position-on.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import type { CostBound } from "../money/bound.ts";
import { options, type Checked, type Options } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { SCHEMA } from "../check/schema.ts";
import { jsonIn, textIn } from "./answer.ts";
import { askModel, type ModelSettings } from "./ask-model.ts";
import { jsonSchemaBytes } from "./json-schema.ts";
import { LANGUAGE_MODEL, modelFor, modelIdOf } from "./model.ts";
import { promptOf, type PromptContext } from "./prompt.ts";
import {
  BATCH_TIMEOUT_MS,
  batchAsker,
  checkBatched,
  PROVIDER_BATCH,
  type ProviderBatchOptions,
} from "./provider-batch.ts";

/** Options that every use of a model has. */
export interface ModelOptions {
  /** The model to ask. If the team has `tiers`, the tier's model is asked instead. */
  readonly model: LanguageModel;
  /** The system prompt: what the model is to do. */
  readonly instructions?: string;
  /** The longest answer, in tokens of the model. Default: the provider's own limit. */
  readonly maxOutputTokens?: number;
  /** More settings of the request, under their AI SDK names: `temperature`, `reasoning`, `providerOptions` and so on. */
  readonly settings?: ModelSettings;
}

/** Options of an agent that is a language model. */
export interface ModelAgentOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
>
  extends
    Omit<
      AgentOptions<Name, Input, Task, Raw, never, Output, Needs, Property, Draft>,
      "run" | "batch" | "model"
    >,
    ModelOptions {
  /** Makes the question. Default: the task, and the results that the agent sees, as fenced JSON. */
  readonly prompt?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => string;
  /** Tools that the model may call. Quorate does not ask before a call: give the model only tools that may run unasked. */
  readonly tools?: ToolSet;
  /** The most requests that one attempt makes if there are tools (5). */
  readonly maxSteps?: number;
  /** Shows the answer with `emit` while it is written, and stops reading it if it exceeds `maxBytes`. Default: false. */
  readonly stream?: boolean;
  /**
   * Asks through the provider's batches, which are answered within a day and cost less. Requests that come at the same time, also from
   * different runs, are sent together. `timeoutMs` is then 24 hours by default. Cannot be combined with `tools` or `stream`. Default: no batches.
   */
  readonly providerBatch?: ProviderBatchOptions;
  /**
   * The largest size of instructions and prompt together, in bytes of UTF-8. A larger prompt is not sent. Together with `maxOutputTokens`
   * and without tools it limits what an attempt can cost: no token is shorter than a byte. Default: no limit.
   */
  readonly maxPromptBytes?: number;
}

const MAX_TOKENS = 2 ** 30;

/** The options that every use of a model has. */
export const MODEL: Options<ModelOptions> = options({
  model: LANGUAGE_MODEL,
  instructions: text("say what the model is to do"),
  maxOutputTokens: integer(1, MAX_TOKENS),
  settings: object("use { temperature: 0 }"),
});

type ModelOwn = OwnOf<ModelAgentOptions<string, unknown, unknown, unknown, unknown, AnyNeeds>> &
  ModelOptions;

export const MODEL_AGENT: Options<ModelOwn, "maxSteps" | "stream"> = options({
  ...MODEL.table,
  prompt: func("use (task) => a text"),
  tools: object("use { name: tool({ … }) }"),
  maxSteps: integer(1, 100).or(5),
  stream: flag().or(false),
  maxPromptBytes: integer(1, MAX_TOKENS),
  providerBatch: PROVIDER_BATCH,
});

const MODELS: Adapter<Checked<typeof MODEL_AGENT>> = {
  maker: "modelAgent",
  instead: "use { model, instructions }",
  is: "a model",
  own: MODEL_AGENT,
  called: ({ model }) => asName(modelIdOf(model) ?? "model"),
  where: (name) => `agent ${shown(name)}`,
};

/** Tokens that providers add around a prompt. */
const FRAMING_TOKENS = 1_000;

/**
 * An agent that asks a language model: for JSON if it has an `output` schema, else for a text. An answer that fails the schema or is cut off
 * is `OUTPUT_INVALID`; it is paid for, and the model is asked again with what was wrong. Without a `version`, the version is made from the
 * options that are data; `prompt` and `tools` are functions, so an agent that has one needs a `version`.
 *
 * Throws `BAD_OPTIONS` as `agent()` does, if `model` is not a model, and if the output schema has no JSON Schema.
 */
export function modelAgent<
  const Name extends string,
  Task = unknown,
  Raw = string,
  Input = Task,
  Output = Raw,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  given: ModelAgentOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const { own, passed, name, where, maxBytes, agentOf } = adapted(MODELS, given);
  const { model, instructions, prompt, maxOutputTokens, settings, tools, maxSteps } = own;
  const { stream, maxPromptBytes, providerBatch } = own;
  const output = SCHEMA.take(passed.output, `${where}: output`);
  if (providerBatch !== undefined) checkBatched({ model, tools, stream }, where);
  const ask = providerBatch === undefined ? askModel : batchAsker(name, providerBatch);
  const shapeBytes = output === undefined ? 0 : jsonSchemaBytes(output, `${where}: output`);

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const question = {
      model: modelFor(model, context, LANGUAGE_MODEL),
      instructions,
      prompt: promptOf(name, prompt, task, context),
      ...(output !== undefined && { shape: () => output as never }),
      tools,
      maxSteps: tools === undefined ? 1 : maxSteps,
      maxOutputTokens,
      settings,
      watcher: stream ? { show: context.emit, asJson: output !== undefined, maxBytes } : undefined,
    };
    checkSize(question.prompt, instructions, maxPromptBytes, name);
    const said = await ask(question, context);
    return output === undefined ? textIn(said, name) : jsonIn(said, name);
  }

  const { maxCost } = passed;
  const bound = { maxCost, maxPromptBytes, maxOutputTokens, tools };
  return agentOf(run, {
    ...versionOf(given),
    ...boundOf(bound, shapeBytes),
    ...namedBy(model),
    ...(providerBatch !== undefined && batched(passed.timeoutMs, providerBatch)),
  });
}

/** The defaults of an agent that is asked through batches. */
function batched(
  timeoutMs: number = BATCH_TIMEOUT_MS,
  { pricedAs }: ProviderBatchOptions,
): { readonly timeoutMs: number; readonly model?: string } {
  return { timeoutMs, ...(pricedAs !== undefined && { model: pricedAs }) };
}

/** The model's name, if it has one: prices, identity and the bill use it. */
export function namedBy(model: unknown): { readonly model?: string } {
  const id = modelIdOf(model);
  return id === undefined ? {} : { model: id };
}

/** A version made from the options that are data: answers may change when they do. Headers are left out, since they may hold secrets. */
export function versionOf(
  options: Omit<ModelOptions, "model"> & {
    readonly model: unknown;
    readonly version?: string;
    readonly prompt?: unknown;
    readonly tools?: unknown;
  },
): { readonly version?: string } {
  const { version, prompt, tools, model, instructions, maxOutputTokens, settings } = options;
  if (version !== undefined) return { version };
  if (prompt !== undefined || tools !== undefined) return {};
  const { headers: _headers, ...said } = settings ?? {};
  const words = [modelIdOf(model), instructions, maxOutputTokens, said];
  return { version: sha256(JSON.stringify(words)).slice(0, VERSION_CHARS) };
}

const VERSION_CHARS = 16;

interface Sizes {
  readonly maxCost?: unknown;
  readonly maxPromptBytes?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly tools?: unknown;
}

/** The most that an attempt can cost, if its sizes determine that. */
function boundOf(
  { maxCost, maxPromptBytes, maxOutputTokens, tools }: Sizes,
  shapeBytes: number,
): { readonly maxCost?: CostBound } {
  if (maxCost !== undefined || tools !== undefined) return {};
  if (maxPromptBytes === undefined || maxOutputTokens === undefined) return {};
  const inputTokens = maxPromptBytes + shapeBytes + FRAMING_TOKENS;
  return { maxCost: { inputTokens, outputTokens: maxOutputTokens } };
}

function checkSize(
  prompt: string,
  instructions: string | undefined,
  maxPromptBytes: number | undefined,
  name: string,
): void {
  if (maxPromptBytes === undefined) return;
  const bytes = Buffer.byteLength(prompt) + Buffer.byteLength(instructions ?? "");
  if (bytes <= maxPromptBytes) return;
  throw new QuorateError(
    "INPUT_INVALID",
    `the prompt of ${name} has ${bytes} bytes with its instructions, and maxPromptBytes is ${maxPromptBytes}; shorten the prompt, or raise maxPromptBytes`,
  );
}
