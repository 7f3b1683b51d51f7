import type { Agent as SdkAgent } from "ai";
import { func } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { adapted, type Adapter, type OwnOf, type AnyNeeds } from "../describe/adapter.ts";
import type { Agent, AgentContext, AgentOptions, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { QuorateError } from "../model/errors.ts";
import { hear, promiseOf } from "../model/hear.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import { jsonIn, textIn, type ModelText } from "./answer.ts";
import { modelFailure } from "./failure.ts";
import { hasMethod } from "./model.ts";
import { promptOf, type PromptContext } from "./prompt.ts";
import { usageOf } from "./usage.ts";

/** Options of an AI SDK agent in a team. */
export interface FromAgentOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
> extends Omit<
  AgentOptions<Name, Input, Task, Raw, never, Output, Needs, Property, Draft>,
  "run" | "batch" | "tier" | "escalateIf"
> {
  /** Makes the question. Default: the task, and the results that the agent sees, as fenced JSON. */
  readonly prompt?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => string;
}

const OWN = options<OwnOf<FromAgentOptions<string, unknown, unknown, unknown, unknown, AnyNeeds>>>({
  prompt: func("use (task) => a text"),
});

const SDK_AGENT: Adapter<Checked<typeof OWN>> = {
  maker: "fromAgent",
  instead: "use { name }",
  is: "an agent of the AI SDK",
  own: OWN,
  called: () => "agent",
  where: (name) => `agent ${shown(name)}`,
};

// With any tools, context and output: `fromAgent` asks with a prompt alone and does not depend on them.
type AnySdkAgent = Pick<SdkAgent, "version"> & { readonly generate: unknown };

/**
 * Makes an AI SDK agent, such as a `ToolLoopAgent`, an agent of a team. Its model, instructions, tools and steps stay its own. Its retries
 * are switched off with `maxRetries: 0`, which a `ToolLoopAgent` obeys; another implementation may not. With an `output` schema, the schema
 * checks what the agent's own `output` returned, or else its text as JSON. Without a schema, the answer is what its own `output` returned, or
 * its text.
 *
 * Throws `BAD_OPTIONS` as `agent()` does, and if `asked` is not an agent of the AI SDK.
 */
export function fromAgent<
  const Name extends string,
  Task = unknown,
  Raw = unknown,
  Input = Task,
  Output = Raw,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
>(
  asked: AnySdkAgent,
  given: FromAgentOptions<Name, Input, Task, Raw, Output, Needs, Property, Draft>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  if (!hasMethod(asked, "generate") || asked.version !== "agent-v1") {
    throw new QuorateError(
      "BAD_OPTIONS",
      `what fromAgent() is given is ${shown(asked)}; give an agent of the AI SDK 7, for instance new ToolLoopAgent({ model })`,
    );
  }
  const { own, passed, name, agentOf } = adapted(SDK_AGENT, given, "fromAgent: options");

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const { signal } = context;
    const question = promptOf(name, own.prompt, task, context);
    const { value, said } = await generate(asked, question, context, name);
    signal.throwIfAborted();
    if (value !== undefined) return value;
    return passed.output === undefined ? textIn(said, name) : jsonIn(said, name);
  }

  return agentOf(run);
}

interface Generated {
  /** What the agent's own `output` returned. */
  readonly value: unknown;
  readonly said: ModelText;
}

async function generate(
  asked: AnySdkAgent,
  prompt: string,
  { signal, report }: Pick<AgentContext, "signal" | "report">,
  name: string,
): Promise<Generated> {
  const sdkAgent = asked as { generate(options: object): unknown };
  signal.throwIfAborted();
  let steps = 0;
  function onStepEnd({ usage, model }: StepEnd): void {
    steps += 1;
    report(usageOf(usage ?? {}, model?.modelId));
  }
  // The AI SDK leaves listeners on the signal that it gets.
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const asking = { prompt, abortSignal: own.signal, maxRetries: 0, onStepEnd };
    const result = (await promiseOf(sdkAgent.generate(asking))) as Fields;
    if (typeof result !== "object") throw new TypeError(`it answered with ${shown(result)}`);
    // Another implementation may not report its steps.
    if (steps === 0) report(usageOf(Object(result["usage"]), undefined));
    return generated(result);
  } catch (error) {
    signal.throwIfAborted();
    return unfit(error, steps, report) ?? fail(error, name);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

interface StepEnd {
  readonly usage?: Parameters<typeof usageOf>[0];
  readonly model?: { readonly modelId: string };
}

function generated(result: Fields): Generated {
  const { text, finishReason, rawFinishReason, toolCalls } = result;
  // A result that is not an agent's answer is not read further.
  if (typeof text !== "string") hear(result);
  const calls = (Array.isArray(toolCalls) ? toolCalls : []) as readonly Fields[];
  const said = {
    text: typeof text === "string" ? text : "",
    finishReason: String(finishReason),
    rawFinishReason: typeof rawFinishReason === "string" ? rawFinishReason : undefined,
    toolNames: calls.map(({ toolName }) => String(toolName)),
  };
  return { value: outputOf(result, said), said };
}

/** The agent's `output`, unless that is the text itself; `undefined` for an incomplete answer. */
function outputOf(result: Fields, { text }: ModelText): unknown {
  try {
    const { output } = result;
    return output === text ? undefined : output;
  } catch {
    return undefined;
  }
}

/** The raw text of an answer that the agent's own `output` refused: Quorate's schema reports what is wrong with it. */
function unfit(
  error: unknown,
  steps: number,
  report: AgentContext["report"],
): Generated | undefined {
  const { name, text, usage, finishReason } = Object(error) as Fields;
  if (name !== "AI_NoObjectGeneratedError" || typeof text !== "string") return undefined;
  if (steps === 0) report(usageOf(Object(usage), undefined));
  const reason = String(finishReason);
  return {
    value: undefined,
    said: { text, finishReason: reason, rawFinishReason: reason, toolNames: [] },
  };
}

function fail(error: unknown, name: string): never {
  throw modelFailure(error, `the AI SDK agent of ${name}`);
}
