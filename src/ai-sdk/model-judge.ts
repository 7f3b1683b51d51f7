import type { LanguageModel } from "ai";
import { object } from "../check/kinds.ts";
import { options, type Checked, type Options } from "../check/options.ts";
import { shown } from "../check/shown.ts";
import { adapted, checkDescription, type Adapter } from "../describe/adapter.ts";
import type { Agent, AgentContext, AgentOptions } from "../describe/agent.ts";
import type { Workers } from "../describe/worker.ts";
import { QuorateError } from "../model/errors.ts";
import { withIssues } from "../prompt/default-prompt.ts";
import { judge, type JudgeOptions } from "../resolve/judge/judge.ts";
import { readChoice } from "../resolve/judge/choice.ts";
import type { JudgeAnswer, JudgeOption, JudgeQuestion } from "../resolve/judge/question.ts";
import type { Resolver } from "../resolve/resolver.ts";
import { jsonIn, type ModelText } from "./answer.ts";
import { askModel } from "./ask-model.ts";
import { askToDecide, isDecisionModel, JUDGING_MODEL, type DecisionModel } from "./decide.ts";
import type { AiSdk } from "./load.ts";
import { modelFor } from "./model.ts";
import { MODEL, namedBy, versionOf, type ModelOptions } from "./model-agent.ts";

type JudgingOptions = AgentOptions<
  string,
  JudgeQuestion,
  JudgeQuestion,
  never,
  never,
  JudgeAnswer,
  Workers
>;

/** Options of a judge that is a language model. */
export interface JudgeAgentOptions
  extends
    Omit<
      JudgingOptions,
      "name" | "run" | "batch" | "input" | "output" | "needs" | "claims" | "model" | "fallback"
    >,
    Omit<ModelOptions, "model"> {
  /**
   * A language model, or a decision model, for instance `openai.decisionModel("…")`, which chooses among the options and nothing else. If
   * the team has `tiers`, the model of the tier is asked instead.
   */
  readonly model: LanguageModel | DecisionModel;
  /** Its name in the log, under which its record is kept. Default: `"judge"`. */
  readonly name?: string;
}

/** Options of a judge that is a language model, and of the resolver that asks it. */
export interface ModelJudgeOptions
  extends
    JudgeAgentOptions,
    Pick<JudgeOptions, Exclude<keyof JudgeOptions, "ask" | "panel" | "name">> {}

const RESOLVER_OPTIONS = ["evidence", "maxEvidence", "maxEvidenceChars", "authorOf"];

/**
 * A resolver that lets a language model, or a decision model, choose among the positions: `judge({ ask: modelJudgeAgent(options) })`.
 *
 * Throws `BAD_OPTIONS` as `judge()` and `agent()` do, and if `model` is not a model.
 */
export function modelJudge(options: ModelJudgeOptions): Resolver {
  object("use { model }").needed().take(options, "what modelJudge() is given");
  checkDescription(options, [...Object.keys(MODEL.table), ...RESOLVER_OPTIONS], "modelJudge");
  // The resolver passes these on, so that they are in its questions and in the log.
  const { evidence, maxEvidence, maxEvidenceChars, authorOf, instructions, ...asked } = options;
  return judge({
    ask: modelJudgeAgent(asked),
    ...(asked.name !== undefined && { name: asked.name }),
    ...(instructions !== undefined && { instructions }),
    ...(evidence !== undefined && { evidence }),
    ...(maxEvidence !== undefined && { maxEvidence }),
    ...(maxEvidenceChars !== undefined && { maxEvidenceChars }),
    ...(authorOf !== undefined && { authorOf }),
  });
}

/**
 * An agent that answers a judge's question with a language model or a decision model, for `judge({ ask })`, a panel, or an audit. It can only choose one of the
 * question's option ids; an answer that cannot be read is asked again. `instructions` are its system prompt. The resolver adds its own
 * instructions, and the question already says what a judge does.
 */
export function modelJudgeAgent(
  given: JudgeAgentOptions,
): Agent<string, JudgeQuestion, JudgeAnswer> {
  const { own, name, agentOf } = adapted(JUDGE, given);
  const { model, instructions, maxOutputTokens, settings } = own;

  async function run(task: unknown, context: AgentContext): Promise<JudgeAnswer> {
    const question = task as JudgeQuestion;
    const asking = modelFor(model, context, JUDGING_MODEL);
    const told = instructions ?? question.criteria;
    if (isDecisionModel(asking)) {
      const given = { question, instructions: told, maxOutputTokens, settings };
      return askToDecide({ model: asking, ...given }, context);
    }
    const ids = question.options.map(({ id }) => id);
    const asked = {
      model: asking,
      instructions: told,
      prompt: withIssues(question.text, context.issues),
      shape: ({ jsonSchema }: AiSdk) =>
        jsonSchema({
          type: "object",
          properties: {
            reasoning: { type: "string", description: "why, in a few sentences" },
            choice: { type: "string", enum: ids, description: "the id of exactly one option" },
          },
          required: ["reasoning", "choice"],
          additionalProperties: false,
        }),
      maxSteps: 1,
      maxOutputTokens,
      settings,
    };
    return choiceIn(await askModel(asked, context), question.options, name);
  }
  return agentOf(run, { ...versionOf(given), ...namedBy(model) });
}

const JUDGING: Options<Omit<ModelOptions, "model"> & Pick<JudgeAgentOptions, "model">> = options({
  ...MODEL.table,
  model: JUDGING_MODEL,
});

const JUDGE: Adapter<Checked<typeof JUDGING>> = {
  maker: "modelJudgeAgent",
  instead: "use { model }",
  is: "a model",
  own: JUDGING,
  called: () => "judge",
  where: (name) => `agent ${shown(name)}`,
};

/** The choice. Throws `OUTPUT_INVALID` if it names no option. */
function choiceIn(said: ModelText, options: readonly JudgeOption[], name: string): JudgeAnswer {
  const answer = answerIn(said, options, name);
  const read = readChoice(answer, options);
  if (read.wrong !== undefined) {
    throw new QuorateError(
      "OUTPUT_INVALID",
      `the choice of ${name} names no option: ${read.detail}`,
      {
        issues: [{ path: "choice", message: read.detail }],
      },
    );
  }
  const { reasoning } = Object(answer) as Partial<JudgeAnswer>;
  const choice = options[read.place]?.id ?? "";
  return { choice, ...(typeof reasoning === "string" && { reasoning }) };
}

/** The answer's JSON, or its text if the model did not keep to JSON but named an option. */
function answerIn(said: ModelText, options: readonly JudgeOption[], name: string): unknown {
  try {
    return jsonIn(said, name);
  } catch (error) {
    const text = said.text.trim();
    if (said.finishReason !== "stop" || readChoice(text, options).wrong !== undefined) throw error;
    return text;
  }
}
