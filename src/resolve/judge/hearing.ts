import type { Agent } from "../../describe/agent.ts";
import type { AgentResult } from "../../model/call.ts";
import { foldedKey } from "../../conflict/canonical.ts";
import type { Position } from "../../model/conflict.ts";
import { oneLine, shown } from "../../conflict/plain.ts";
import { byCodeUnits } from "../../conflict/subject.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { LinkContext, Question } from "../link.ts";
import { subjectKey } from "../subject-key.ts";
import {
  judgeQuestion,
  MAX_OPTIONS,
  type JudgeAnswer,
  type JudgeLimits,
  type JudgeOption,
  type JudgeQuestion,
} from "./question.ts";

const MAX_REASONING_CHARS = 500;

/** In how many orders a judge sees the options. */
export const ORDERS = 2;

/** One question with its options in one order, and in the reverse. */
export interface Case {
  /** The positions in canonical order: the first of `orders`. */
  readonly positions: readonly Position[];
  readonly orders: readonly Order[];
}

interface Order {
  readonly positions: readonly Position[];
  readonly asked: JudgeQuestion;
}

/** The question as judges are asked it, or why they cannot be. */
export function prepare(
  question: Question,
  limits: JudgeLimits,
): Case | { readonly refused: string } {
  const count = question.positions.length;
  if (count > MAX_OPTIONS) {
    return {
      refused: `there are ${count} positions, and a judge is asked about ${MAX_OPTIONS} at most`,
    };
  }
  const positions = canonical(question.positions);
  const orders = [positions, positions.toReversed()].map((order) => ({
    positions: order,
    asked: judgeQuestion(question, order, limits),
  }));
  const seen = new Set(orders[0]?.asked.options.map(({ position }) => JSON.stringify(position)));
  return seen.size < count
    ? { refused: "two positions look the same as far as a judge can be shown them" }
    : { positions, orders };
}

/** Positions in the first of the two orders in which judges see them. */
export function canonical(positions: readonly Position[]): readonly Position[] {
  return positions.toSorted((a, b) => byCodeUnits(foldedKey(a.value), foldedKey(b.value)));
}

/** What a judge says of a case. */
export type Hearing =
  /** The same in all orders in which it was asked. */
  | { readonly said: "choice"; readonly choice: JudgeChoice }
  /** One thing in one order and another in the other. */
  | { readonly said: "split"; readonly first: JudgeChoice; readonly other: JudgeChoice }
  | { readonly said: "nothing"; readonly error: QuorateError };

/** One order's answer. */
export interface JudgeChoice {
  readonly position: Position;
  /** Under which id it stood. */
  readonly id: string;
  /** The judge's own words. */
  readonly words: string;
}

/** Asks a judge, in both orders at once or in the first one only. Waits for all its answers, and does not reject. */
export async function hear(
  judge: Agent,
  { orders }: Case,
  once: boolean,
  key: string,
  ask: LinkContext["ask"],
): Promise<Hearing> {
  const asked = once ? orders.slice(0, 1) : orders;
  // All answers are awaited, whatever the first one is: no call is left behind.
  const answers = await Promise.allSettled(
    asked.map((order, i) => ask(judge, order.asked, `${key}:${i + 1}`)),
  );
  const choices: JudgeChoice[] = [];
  for (const [i, { asked: question, positions }] of asked.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    const choice = choiceOf(answer, question.options, positions);
    if (choice instanceof QuorateError) return { said: "nothing", error: choice };
    choices.push(choice);
  }
  const [first, ...others] = choices;
  if (first === undefined) return { said: "nothing", error: failed("it was not asked") };
  const other = others.find(({ position }) => position !== first.position);
  return other === undefined ? { said: "choice", choice: first } : { said: "split", first, other };
}

function choiceOf(
  answer: PromiseSettledResult<AgentResult>,
  options: readonly JudgeOption[],
  positions: readonly Position[],
): JudgeChoice | QuorateError {
  if (answer.status === "rejected") return failed(`no answer: ${describeThrown(answer.reason)}`);
  const result = answer.value;
  if (result.status === "failed") return failed(`no answer: ${describeThrown(result.error)}`);
  if (result.status !== "ok") return failed(`no answer: ${result.detail}`);
  const { choice, reasoning } = (result.output ?? {}) as Readonly<
    Partial<Record<keyof JudgeAnswer, unknown>>
  >;
  const id = chosenId(choice);
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

/** The id that an answer's `choice` names; one that is no text names none. */
export function chosenId(choice: unknown): string {
  return typeof choice === "string" ? choice.trim().toUpperCase() : "";
}

function failed(why: string): QuorateError {
  return new QuorateError("JUDGE_FAILED", why);
}

/** The name of a judge's question in the log: the link's name and the subject; `:1` and `:2` follow for its orders. */
export function questionKey(link: string, subject: string): string {
  return `${link}:${subjectKey(subject)}`;
}
