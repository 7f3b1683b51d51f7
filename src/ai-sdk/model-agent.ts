import { flag, func, integer, object, text } from "../check/kinds.ts";
import type { LanguageModel, ToolSet } from "ai";
import { adapted, type Adapter, type AnyNeeds, type OwnOf } from "../describe/adapter.ts";
import type { Agent, AgentContext, AgentOptions, UpstreamOf, Workers } from "../describe/agent.ts";
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

/** How a model is asked. */
export interface ModelOptions {
  /** Which model is asked. Where the team has `tiers`, that of the tier is asked in its place. */
  readonly model: LanguageModel;
  /** What the model is to do: its system prompt. */
  readonly instructions?: string;
  /** How long an answer may be, in tokens of the model. As its provider says where left out. */
  readonly maxOutputTokens?: number;
  /** How the provider is to answer: `temperature`, `reasoning`, `providerOptions` and so on, as the AI SDK has them. */
  readonly settings?: ModelSettings;
}

/** How an agent that is a language model is described. */
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
  /** Makes the question. Default: the task, and the results it may see, as JSON in fences. */
  readonly prompt?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => string;
  /** What the model may call. What a tool does is its own business: give it only what may be done without being asked. */
  readonly tools?: ToolSet;
  /** How many requests one attempt makes at most, when there are tools (5). */
  readonly maxSteps?: number;
  /** Shows the answer while it is written, with `emit`, and stops reading one that is larger than `maxBytes`. Default: false. */
  readonly stream?: boolean;
  /**
   * Asks by batches of the provider, which answers within a day and charges less: requests that come at the same time, also of several
   * runs, are sent together. An attempt may take 24 hours where nobody says otherwise. Not with `tools` or `stream`. Default: asked at once.
   */
  readonly providerBatch?: ProviderBatchOptions;
  /**
   * How large instructions and prompt may be together, in bytes of UTF-8; a larger one is not sent. With `maxOutputTokens` and
   * without tools this bounds what an attempt costs: no token is shorter than a byte. Unbounded where left out.
   */
  readonly maxPromptBytes?: number;
}

const MAX_TOKENS = 2 ** 30;

/** What every use of a model may be told. */
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
  instead: "use { name, model, instructions }",
  is: "a model",
  own: MODEL_AGENT,
  called: () => undefined,
  where: (name) => `agent ${shown(name)}`,
};

/** Tokens that providers put around what they are sent. */
const FRAMING_TOKENS = 1_000;

/**
 * An agent that asks a language model: with an `output` schema for JSON of its shape, else for a text. What fails the schema, or is cut
 * off, is `OUTPUT_INVALID`, paid for, and asked again with what was wrong. Without a `version` it has one of its own, made of what is
 * said here in words; a `prompt` and `tools` are functions, and need one.
 *
 * Throws `BAD_OPTIONS` as `agent()` does, for a model that is none, and for an output schema that has no JSON Schema.
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
      model: modelFor(model, context),
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

/** What holds of an agent that is asked by batches. */
function batched(
  timeoutMs: number = BATCH_TIMEOUT_MS,
  { pricedAs }: ProviderBatchOptions,
): { readonly timeoutMs: number; readonly model?: string } {
  return { timeoutMs, ...(pricedAs !== undefined && { model: pricedAs }) };
}

/** The model's name, where it has one: what it is priced and identified by, and listed with on the bill. */
export function namedBy(model: LanguageModel): { readonly model?: string } {
  const id = modelIdOf(model);
  return id === undefined ? {} : { model: id };
}

/** What is said in words, as a version: other answers are to be expected when it changes. Headers may have secrets in them. */
export function versionOf(
  options: ModelOptions & {
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

/** What an attempt costs at most, where that follows from its sizes. */
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
    `the prompt of ${name} has ${bytes} bytes with its instructions, and maxPromptBytes is ${maxPromptBytes}; ask with less, or raise it`,
  );
}
