import { agent, checkName, isWorker, type Agent, type AgentContext } from "../../agent.ts";
import type { AgentResult } from "../../call.ts";
import { foldedKey } from "../../conflict/canonical.ts";
import type { Position } from "../../conflict/conflict.ts";
import { oneLine, shown } from "../../conflict/plain.ts";
import { byCodeUnits } from "../../conflict/subject.ts";
import { describeThrown, QuorateError } from "../../errors.ts";
import { agentDefinition } from "../../engine/key.ts";
import { sha256 } from "../../hash.ts";
import { checkCount } from "../check-count.ts";
import { laplace } from "../confidence.ts";
import {
  judgeQuestion,
  MAX_OPTIONS,
  type JudgeAnswer,
  type JudgeLimits,
  type JudgeOption,
  type JudgeQuestion,
} from "./question.ts";
import type { LinkContext, Link, Question, Ruling } from "../link.ts";

export interface JudgeOptions extends Partial<JudgeLimits> {
  /** The judge: an agent, or a function, which is made one under this link's name. */
  readonly ask:
    | Agent<string, JudgeQuestion, JudgeAnswer>
    | ((question: JudgeQuestion, context: AgentContext) => JudgeAnswer | Promise<JudgeAnswer>);
  /** Of the link. Default: `"judge"`. */
  readonly name?: string;
}

const DEFAULT_NAME = "judge";
const DEFAULT_LIMITS: JudgeLimits = Object.freeze({ maxEvidence: 5, maxEvidenceChars: 1_000 });
const MAX_REASONING_CHARS = 500;

/**
 * Has somebody else choose among the positions: a model, or anything that can. It is asked twice about a subject, with
 * the options in one order and in the reverse, and passes when the two answers differ: a judge that goes by the
 * place of an option decides nothing. It also passes when an answer fails or names no option (`JUDGE_FAILED`), with more
 * than 26 positions, and when two positions look the same once they are cut to what is shown.
 *
 * Confidence `judge-agreement`: Laplace's rule of succession over the orders that agree, so 0.75. What the judge says about
 * its own confidence is not used.
 */
export function judge(options: JudgeOptions): Link {
  const { name = DEFAULT_NAME, ask } = options;
  checkName(name, "judge");
  const limits: JudgeLimits = {
    maxEvidence: checkCount(
      options.maxEvidence ?? DEFAULT_LIMITS.maxEvidence,
      `${name}: maxEvidence`,
      0,
    ),
    maxEvidenceChars: checkCount(
      options.maxEvidenceChars ?? DEFAULT_LIMITS.maxEvidenceChars,
      `${name}: maxEvidenceChars`,
      1,
    ),
  };
  const judging = asAgent(ask, name);

  function settle(question: Question, context: LinkContext): Ruling | Promise<Ruling> {
    const count = question.positions.length;
    if (count > MAX_OPTIONS) {
      return {
        pass: `there are ${count} positions, and a judge is asked about ${MAX_OPTIONS} at most`,
      };
    }
    const canonical = question.positions.toSorted((a, b) =>
      byCodeUnits(foldedKey(a.value), foldedKey(b.value)),
    );
    const orders = [canonical, canonical.toReversed()].map((positions) => ({
      positions,
      asked: judgeQuestion(question, positions, limits),
    }));
    const distinct = new Set(
      orders[0]?.asked.options.map(({ position }) => JSON.stringify(position)),
    );
    if (distinct.size < count)
      return { pass: "two positions look the same as far as a judge can be shown them" };

    const key = `${name}:${keyOf(question.subject)}`;
    const answers = orders.map(({ asked }, i) => context.ask(judging, asked, `${key}:${i + 1}`));
    // Both answers are awaited, whatever the first one is: no call is left behind.
    return Promise.allSettled(answers).then((settled) =>
      rule(
        settled.map((answer, i) =>
          choiceOf(answer, orders[i]?.asked.options ?? [], orders[i]?.positions ?? []),
        ),
      ),
    );
  }

  const definition = { ...limits, agent: agentDefinition(judging) };
  return Object.freeze({ name, definition, settle, asks: Object.freeze([judging]) });
}

function asAgent(ask: JudgeOptions["ask"], name: string): Agent {
  if (typeof ask === "function") return agent({ name, run: ask });
  if (isWorker(ask)) return ask;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${name}: ask is no agent and no function; give it agent({ … }) or async (question) => ({ choice, reasoning })`,
  );
}

/** One order's answer: the position that was chosen, under which id, and the judge's words. */
interface Choice {
  readonly position: Position;
  readonly id: string;
  readonly words: string;
}

function choiceOf(
  answer: PromiseSettledResult<AgentResult>,
  options: readonly JudgeOption[],
  positions: readonly Position[],
): Choice | QuorateError {
  if (answer.status === "rejected") return failed(`no answer: ${describeThrown(answer.reason)}`);
  const result = answer.value;
  if (result.status === "failed") return failed(`no answer: ${describeThrown(result.error)}`);
  if (result.status !== "ok") return failed(`no answer: ${result.detail}`);
  const { choice, reasoning } = (result.output ?? {}) as Readonly<
    Partial<Record<keyof JudgeAnswer, unknown>>
  >;
  const id = typeof choice === "string" ? choice.trim().toUpperCase() : "";
  const position = positions[options.findIndex((option) => option.id === id)];
  if (position === undefined) {
    const got = typeof choice === "string" ? shown(choice) : `of type ${typeof choice}`;
    return failed(
      `the choice is ${got}, and the options are ${options.map((option) => option.id).join(", ")}`,
    );
  }
  return {
    position,
    id,
    words: typeof reasoning === "string" ? oneLine(reasoning, MAX_REASONING_CHARS) : "",
  };
}

function failed(why: string): QuorateError {
  return new QuorateError("JUDGE_FAILED", why);
}

function rule(choices: readonly (Choice | QuorateError)[]): Ruling {
  const made: Choice[] = [];
  for (const choice of choices) {
    if (choice instanceof QuorateError) return { pass: `${choice.code}: ${choice.message}` };
    made.push(choice);
  }
  const [first, ...others] = made;
  if (first === undefined) return { pass: "it was not asked" };
  const other = others.find(({ position }) => position !== first.position);
  if (other !== undefined) {
    return {
      pass: `it chose ${shown(first.position.value)} in one order and ${shown(other.position.value)} in the other`,
    };
  }
  const words =
    first.words === ""
      ? ""
      : ` In its own words, where that was option ${first.id}: ${first.words}`;
  return {
    winner: first.position.value,
    confidence: laplace(made.length, made.length, 2),
    confidenceFrom: "judge-agreement",
    reasoning: `${shown(first.position.value)} was chosen in both orders.${words}`,
  };
}

/** A subject as part of a call's key: itself where it is a short plain word, else its hash. `#` is in no such word. */
function keyOf(subject: string): string {
  if (/^[\w.-]{1,40}$/.test(subject)) return subject;
  return `#${sha256(subject).slice(0, 16)}`;
}
