import type { Agent } from "../../describe/agent.ts";
import type { AgentResult } from "../../model/call.ts";
import { foldedKey } from "../../conflict/canonical.ts";
import type { Position } from "../../model/conflict.ts";
import { byCodeUnits } from "../../conflict/subject.ts";
import { describeThrown, QuorateError } from "../../model/errors.ts";
import type { ResolverContext, Question, Told } from "../resolver.ts";
import { subjectKey } from "../subject-key.ts";
import { readChoice, type ReadChoice } from "./choice.ts";
import {
  askedAgain,
  judgeQuestion,
  MAX_OPTIONS,
  type JudgeLimits,
  type JudgeQuestion,
} from "./question.ts";

/** In how many orders a judge sees the options. */
const ORDERS = 2;

/** How often a judge is asked about one subject at most: in each order, and again if its answer cannot be read. */
export function mostCalls(once: boolean): number {
  return 2 * (once ? 1 : ORDERS);
}

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

/** The question in the form for judges, or why they cannot be asked. */
export function prepare(
  question: Question,
  limits: JudgeLimits & { readonly instructions?: string | undefined },
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

/** A judge's result for a case. */
export type Hearing =
  /** The same in all orders in which it was asked. */
  | { readonly said: "choice"; readonly choice: JudgeChoice }
  /** Different choices in the two orders. */
  | { readonly said: "split"; readonly first: JudgeChoice; readonly other: JudgeChoice }
  | { readonly said: "nothing"; readonly error: QuorateError };

/** One order's answer. */
export interface JudgeChoice {
  readonly position: Position;
  /** The id that it had in that order. */
  readonly id: string;
  /** The judge's own words. */
  readonly words: string;
}

/** How a judge is asked. */
export interface HearingTerms {
  /** In the first order only. */
  readonly once: boolean;
  /** Of the resolver and the subject: {@link questionKey}. */
  readonly key: string;
  readonly ask: ResolverContext["ask"];
  readonly told: Told | undefined;
}

/**
 * Asks a judge, in both orders at once or only in the first one, and once more if its answer cannot be read. Waits for all its
 * answers, and does not reject.
 */
export async function hear(
  judge: Agent,
  { orders }: Case,
  { once, key, ask, told }: HearingTerms,
): Promise<Hearing> {
  const asked = once ? orders.slice(0, 1) : orders;
  // All answers are awaited, whatever the first one is: no call is left behind.
  const answers = await Promise.all(
    asked.map((order, i) =>
      choiceIn(order, (question) => ask(judge, question, `${key}:${i + 1}`, told)),
    ),
  );
  const choices: JudgeChoice[] = [];
  for (const choice of answers) {
    if (choice instanceof QuorateError) return { said: "nothing", error: choice };
    choices.push(choice);
  }
  const [first, ...others] = choices;
  if (first === undefined) return { said: "nothing", error: failed("it was not asked") };
  const other = others.find(({ position }) => position !== first.position);
  return other === undefined ? { said: "choice", choice: first } : { said: "split", first, other };
}

/** The choice in one order; if an answer cannot be read, the judge is asked once more. Does not reject. */
async function choiceIn(
  { asked, positions }: Order,
  ask: (question: JudgeQuestion) => Promise<AgentResult>,
): Promise<JudgeChoice | QuorateError> {
  const first = await readAnswer(asked, ask);
  const last =
    first instanceof QuorateError || first.wrong === undefined
      ? first
      : await readAnswer(askedAgain(asked, first.wrong), ask);
  if (last instanceof QuorateError) return last;
  if (last.wrong !== undefined) return failed(last.detail);
  const { place, words } = last;
  const position = positions[place];
  const id = asked.options[place]?.id ?? "";
  return position === undefined ? failed("it chose nothing") : { position, id, words };
}

/** Asks, and reads the answer. Returns the error if there is none. */
async function readAnswer(
  question: JudgeQuestion,
  ask: (question: JudgeQuestion) => Promise<AgentResult>,
): Promise<ReadChoice | QuorateError> {
  let result: AgentResult;
  try {
    result = await ask(question);
  } catch (thrown) {
    return failed(`no answer: ${describeThrown(thrown)}`);
  }
  if (result.status === "failed") return failed(`no answer: ${describeThrown(result.error)}`);
  if (result.status !== "ok") return failed(`no answer: ${result.detail}`);
  return readChoice(result.output, question.options);
}

function failed(why: string): QuorateError {
  return new QuorateError("JUDGE_FAILED", why);
}

/** The name of a judge's question in the log: the resolver's name and the subject; `:1` and `:2` follow for its orders. */
export function questionKey(resolver: string, subject: string): string {
  return `${resolver}:${subjectKey(subject)}`;
}
