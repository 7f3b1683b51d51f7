import type { Experimental_DecisionModel, LanguageModel } from "ai";
import { fitting } from "../check/kinds.ts";
import type { Option } from "../check/options.ts";
import type { AgentContext } from "../describe/agent.ts";
import { describeThrown, QuorateError } from "../model/errors.ts";
import { withIssues } from "../prompt/default-prompt.ts";
import { readChoice } from "../resolve/judge/choice.ts";
import type { JudgeAnswer, JudgeQuestion } from "../resolve/judge/question.ts";
import type { ModelSettings } from "./ask-model.ts";
import { modelFailure } from "./failure.ts";
import { loadAiSdk, type AiSdk } from "./load.ts";
import { hasMethod, isLanguageModel, modelIdOf } from "./model.ts";
import { usageOf } from "./usage.ts";

/** A model that decides among given options, and gives the probability of each. */
export type DecisionModel = Exclude<Experimental_DecisionModel, string>;

/** A language model or a decision model. */
export const JUDGING_MODEL: Option<LanguageModel | DecisionModel> = fitting<
  LanguageModel | DecisionModel
>(
  (given) => isLanguageModel(given) || isDecisionModel(given),
  'give a language model of the AI SDK, for instance anthropic("…"), or a decision model that takes choices, for instance openai.decisionModel("…")',
).needed();

/** Whether a value is a decision model. */
export function isDecisionModel(given: unknown): given is DecisionModel {
  if (!hasMethod(given, "doDecide")) return false;
  const { supportedQuestionTypes } = given as { readonly supportedQuestionTypes?: unknown };
  return Array.isArray(supportedQuestionTypes) && supportedQuestionTypes.includes("choice");
}

interface JudgedDecision {
  readonly model: DecisionModel;
  readonly question: JudgeQuestion;
  readonly instructions: string | undefined;
  readonly maxOutputTokens: number | undefined;
  /** Only `headers`, `providerOptions` and `reasoning` are used. */
  readonly settings: ModelSettings | undefined;
}

const WHICH =
  "The state puts a question and lists options, each with its id. Which one is to be chosen by what the state says to go by?";
const MAX_SHOWN = 5;

/**
 * Asks a decision model to choose among a question's options. The whole question, which contains others' texts, is passed as state; the
 * options are only ids. Rejects like `askModel`, and with `OUTPUT_INVALID` for an invalid answer.
 */
export async function askToDecide(
  { model, question, instructions, maxOutputTokens, settings = {} }: JudgedDecision,
  { signal, report, issues }: Pick<AgentContext, "signal" | "report" | "issues">,
): Promise<JudgeAnswer> {
  const sdk = await loadAiSdk();
  signal.throwIfAborted();
  const id = modelIdOf(model);
  if (id !== undefined) report({ model: id });
  const who = id === undefined ? "the decision model" : `the decision model ${id}`;
  // The AI SDK leaves listeners on the signal that it gets.
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const { headers, providerOptions, reasoning } = settings;
    const decided = await deciding(sdk)({
      model,
      state: withIssues(question.text, issues),
      questions: {
        option: {
          type: "choice",
          instructions: instructions === undefined ? WHICH : `${instructions}\n\n${WHICH}`,
          criteria: Object.fromEntries(question.options.map((one) => [one.id, `Option ${one.id}`])),
        },
      },
      maxRetries: 0,
      abortSignal: own.signal,
      ...(headers !== undefined && { headers: saidHeaders(headers) }),
      ...(providerOptions !== undefined && { providerOptions }),
      ...(reasoning !== undefined && { reasoning }),
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    });
    report(usageOf(decided.usage, id));
    const { choice, probabilities } = decided.answers.option;
    const read = readChoice(choice, question.options);
    if (read.wrong !== undefined) throw unfit(who, read.detail);
    const chosen = question.options[read.place]?.id ?? "";
    const shown = probabilities === undefined ? "" : probabilitiesIn(probabilities);
    return { choice: chosen, ...(shown !== "" && { reasoning: shown }) };
  } catch (error) {
    signal.throwIfAborted();
    throw refusedBy(error, who) ?? modelFailure(error, who);
  } finally {
    signal.removeEventListener("abort", abort);
    own.abort();
  }
}

function deciding({ experimental_decide: decide }: Partial<AiSdk>): AiSdk["experimental_decide"] {
  if (decide !== undefined) return decide;
  const cause = Object.assign(new Error("it cannot decide"), { retryable: false });
  throw new QuorateError(
    "AGENT_FAILED",
    'a decision model needs a newer version of the package "ai"; update it: npm install ai@7',
    { cause },
  );
}

/** The headers without undefined values. */
function saidHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const said = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(said);
}

/** The probability of each option, the most probable first: `It gave option A 0.80, option B 0.20.` */
function probabilitiesIn(probabilities: Readonly<Record<string, number>>): string {
  const each = Object.entries(probabilities)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_SHOWN)
    .map(([option, probability]) => `option ${option} ${probability.toFixed(2)}`);
  return each.length === 0 ? "" : `It gave ${each.join(", ")}.`;
}

/** An answer that the AI SDK would not take, and a question that the model would not. */
function refusedBy(error: unknown, who: string): QuorateError | undefined {
  const { name } = Object(error) as { readonly name?: unknown };
  if (name === "AI_InvalidResponseDataError") return unfit(who, describeThrown(error));
  if (name !== "AI_DecisionRefusalError") return undefined;
  const cause = Object.assign(new Error(describeThrown(error)), { retryable: false });
  return new QuorateError("AGENT_FAILED", `${who} refused to decide this question`, { cause });
}

function unfit(who: string, why: string): QuorateError {
  return new QuorateError("OUTPUT_INVALID", `the answer of ${who} names no option: ${why}`, {
    issues: [{ path: "option", message: why }],
  });
}
