import { fromAgent } from "../ai-sdk/from-agent.ts";
import { func } from "../check/kinds.ts";
import { options, type Checked } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { adapted, type Adapter, type OwnOf, type AnyNeeds } from "../describe/adapter.ts";
import { readBy, usedBy } from "../describe/adapter-answer.ts";
import type { Agent, AgentContext, AgentOptions, UpstreamOf } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import type { Usage } from "../model/call.ts";
import type { ClaimDraft } from "../model/claim.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { hear, hearIfRefused, isThenable, promiseOf } from "../model/hear.ts";
import type { PositionOn } from "../model/position-on.ts";
import type { Fields } from "../model/record.ts";
import { clipWords, plain } from "../model/text.ts";
import { defaultPrompt, taskInFence, withIssues } from "../prompt/default-prompt.ts";
import { jsonIn } from "../prompt/json-answer.ts";
import { seenBy, type PromptContext } from "../prompt/prompt-of.ts";
import { askerOf, type AskContext, type Asker } from "./asker.ts";
import { answerIn } from "./framework-answer.ts";
import { usageIn } from "./framework-usage.ts";

/** Options of an agent of another framework in a team. */
export interface FrameworkOptions<
  Name extends string,
  Input,
  Task,
  Raw,
  Answer,
  Output,
  Needs extends Workers,
  Property extends string = string,
  Draft extends ClaimDraft = ClaimDraft,
  Question = unknown,
> extends Omit<
  AgentOptions<Name, Input, Task, Raw, never, Output, Needs, Property, Draft>,
  "run" | "batch" | "tier" | "escalateIf"
> {
  /**
   * Makes the question. A text becomes a user message for a graph, and the question for all others; the issues of the previous answer are
   * added to its end. Any other value is passed on as it is. Default: the task, and the results that the agent sees, as fenced JSON.
   */
  readonly prompt?: (task: Task, context: PromptContext<UpstreamOf<Needs>>) => Question;
  /** Reads the framework's result. Default: its structured answer, else its last text, parsed as JSON if there is an `output` schema. */
  readonly read?: (result: never) => Answer | Promise<Answer>;
  /** Reads what it used. Default: what the framework reports. */
  readonly usage?: (result: never) => Usage | readonly Usage[] | undefined;
}

/** An agent of another framework, or a function that asks one. */
export type ForeignAgent<Question = string> =
  | { readonly invoke: unknown }
  | { readonly generate: unknown }
  | ((question: Question, context: AskContext) => unknown);

type FrameworkOwn = OwnOf<
  FrameworkOptions<string, unknown, unknown, unknown, unknown, unknown, AnyNeeds>
>;

const OWN = options<FrameworkOwn>({
  prompt: func("use (task) => a text"),
  read: func("use (result) => the answer"),
  usage: func("use (result) => ({ inputTokens, outputTokens })"),
});

const FRAMEWORK: Adapter<Checked<typeof OWN>> = {
  maker: "frameworkAgent",
  instead: "use { name }",
  is: "an agent of another framework",
  own: OWN,
  called: () => "agent",
  where: (name) => `agent ${shown(name)}`,
};

/**
 * Makes an agent of another framework an agent of a team. It is recognised by its structure: a graph of LangGraph or any other runnable
 * (`invoke`), an agent of Mastra or of the AI SDK (`generate`), or a function that asks one and returns what its framework returns, such as
 * `(question, { signal }) => run(agent, question, { signal })` for OpenAI's Agents SDK. Its model, instructions, tools and steps stay its own;
 * it gets the signal. If the framework retries failed requests itself, switch that off there; for Mastra and the AI SDK it is switched off.
 *
 * Throws `BAD_OPTIONS` as `agent()` does, and if `asked` is none of these.
 */
export function frameworkAgent<
  const Name extends string,
  Task = unknown,
  Raw = unknown,
  Answer = unknown,
  Input = Task,
  Output = Answer,
  const Needs extends Workers = Readonly<Record<never, never>>,
  const Property extends string = never,
  const Draft extends ClaimDraft = never,
  Question = string,
>(
  asked: ForeignAgent<Question>,
  given: FrameworkOptions<Name, Input, Task, Raw, Answer, Output, Needs, Property, Draft, Question>,
): Agent<Name, NoInfer<Input>, NoInfer<Output>, PositionOn<NoInfer<Output>, Property, Draft>> {
  const asker = hearIfRefused(asked, () => askerOf(asked));
  const { own, passed, name, where, agentOf } = adapted(
    FRAMEWORK,
    given,
    "frameworkAgent: options",
  );
  const { prompt, read, usage } = own;
  const isShaped = passed.output !== undefined;
  if (asker.kind === "ai-sdk") {
    if (read === undefined && usage === undefined) {
      return fromAgent(asked as never, given as never) as never;
    }
    throw new QuorateError(
      "BAD_OPTIONS",
      `${where} is an agent of the AI SDK, whose answer and usage are read already; leave out read and usage`,
    );
  }

  async function run(task: unknown, context: AgentContext): Promise<unknown> {
    const { signal } = context;
    signal.throwIfAborted();
    const question = asker.asks(questionOf(prompt, task, context, name));
    const result = await resultOf(asker, question, context, {
      name,
      isToTell: usage === undefined,
    });
    for (const used of usedBy(usage, result as never)) context.report(used);
    if (read !== undefined) return readBy(read, result as never, name, signal);
    try {
      const answer = answerIn(result, name);
      return isShaped && typeof answer === "string" ? jsonIn(answer) : answer;
    } catch (thrown) {
      throw failure(thrown, name);
    }
  }
  return agentOf(run);
}

function questionOf(
  prompt: FrameworkOwn["prompt"],
  task: unknown,
  context: AgentContext,
  name: string,
): unknown {
  const asked = typeof task === "string" ? task : taskInFence(task);
  const made = prompt === undefined ? defaultPrompt(asked, context) : prompt(task, seenBy(context));
  if (typeof made === "string") return withIssues(made, context.issues);
  // The framework may not listen to a promise that is within the question.
  hear(made);
  if (!isThenable(made)) return made;
  throw new QuorateError(
    "INPUT_INVALID",
    `the prompt of ${name} is a promise; return its value at once`,
  );
}

interface Telling {
  readonly name: string;
  /** Whether the framework is expected to report what it used, because there is no other source. */
  readonly isToTell: boolean;
}

async function resultOf(
  asker: Asker,
  question: unknown,
  context: AgentContext,
  { name, isToTell }: Telling,
): Promise<unknown> {
  const { signal } = context;
  // Frameworks leave listeners on the signal that they get.
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  let isTold = !isToTell;
  const report = (used: Usage): void => {
    isTold = true;
    context.report(used);
  };
  const tell = isToTell ? report : (): void => {};
  const tellOf = (result: unknown): void => {
    if (!isTold) for (const used of usageIn(result)) context.report(used);
  };
  try {
    const asking = { context, signal: own.signal, tell, report };
    const result = await promiseOf(asker.ask(question, asking));
    signal.throwIfAborted();
    tellOf(result);
    return result;
  } catch (thrown) {
    // What it used so far is paid for.
    tellOf(thrown);
    signal.throwIfAborted();
    throw failure(thrown, name);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const MAX_SAID = 500;

function failure(thrown: unknown, name: string): QuorateError {
  if (thrown instanceof QuorateError) return thrown;
  const said = clipWords(plain(describeThrown(thrown)).replaceAll(/\s+/g, " ").trim(), MAX_SAID);
  const status = statusIn(thrown);
  const http = status === undefined || said.includes(status) ? "" : ` with HTTP ${status}`;
  return new QuorateError("AGENT_FAILED", `${name} failed${http}: ${said}`, { cause: thrown });
}

const MAX_CAUSES = 5;

/** The HTTP status of the failed request, if an error or one of its causes has it. */
function statusIn(thrown: unknown): string | undefined {
  try {
    let next = thrown;
    for (let depth = 0; depth < MAX_CAUSES && typeof next === "object"; depth += 1) {
      const { status, statusCode = status, cause } = Object(next) as Fields;
      if (typeof statusCode === "number" && statusCode >= 400) return String(statusCode);
      next = cause;
    }
  } catch {
    // An error that cannot be read has no status.
  }
  return undefined;
}
