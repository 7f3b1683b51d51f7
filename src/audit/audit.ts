import { objectsIn } from "../check/given.ts";
import { byName } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { addCost, NO_COST, type Cost } from "../model/call.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import type { RunEvent } from "../model/events.ts";
import { wilson } from "../learning/statistics/interval.ts";
import { agreement, type Agreement } from "../resolve/judge/agreement.ts";
import { judgedIn, type JudgedQuestion } from "./audit-log.ts";
import type { JudgeRecord } from "../resolve/judge/record.ts";
import { AUTHORS } from "../resolve/judge/judge-agent.ts";

/** How many of how many, with the 95 % Wilson interval of the share. */
export interface Counted {
  readonly count: number;
  readonly of: number;
  readonly interval: readonly [low: number, high: number];
}

/** Instructions of a judge, and for how many questions it had them. */
export interface Instructed {
  readonly text: string | null;
  readonly questions: number;
}

/** What the log says about one judge. */
export interface JudgeAudit {
  /** The agent's name. */
  readonly judge: string;
  /** Its instructions, and for how many questions it had them: the most used first, `null` for none of its user's own. */
  readonly instructions: readonly Instructed[];
  /** Questions that it was asked completely: in both orders, or in one if its panel says so. */
  readonly questions: number;
  /** Of these: an answer failed, or named no option. */
  readonly failed: number;
  /** Of those that it answered in both orders: it chose differently. */
  readonly flipped: Counted;
  /** Of all its answers: it chose the first option; and the share that chance would give. */
  readonly first: Counted & { readonly even: number };
  /**
   * Of the questions where it chose, and held a position itself (by its name, by its model if the log has that, or as
   * `authorOf` says): it chose its own; and the share that chance would give. `null`: there was no such question.
   */
  readonly own: (Counted & { readonly even: number }) | null;
  /** With verdicts that were reached without it: by other resolvers, or a person. */
  readonly verdicts: Agreement;
  /** With other judges that were asked the same. */
  readonly judges: Agreement;
  /** Its record from people's decisions, as `judge({ panel, weights })` accepts it. */
  readonly record: JudgeRecord;
  /** Of all its calls. */
  readonly cost: Cost;
}

export interface AuditOptions {
  /** Agents for which a judge speaks, by the judge's name, in addition to those of its own name. */
  readonly authorOf?: Readonly<Record<string, readonly string[]>>;
}

export const AUDIT: Options<
  AuditOptions,
  never,
  { readonly authorOf: ReadonlyMap<string, readonly string[]> }
> = options({
  authorOf: byName(AUTHORS, 'use { judge: ["agent"] }').or(new Map<string, readonly string[]>()),
});

/**
 * What judges did in recorded runs: whether the order of the options influences them, whether they favour themselves, how far
 * they agree with others, what they cost. `events` are those of one or many runs, each run's in their order. One audit per
 * judge, those asked most first. Asks no agent.
 *
 * A choice counts if it is the same in all orders that were asked. Answers that were taken over from another run, or
 * from a cache, count only where they were given.
 */
export function auditJudges(
  events: Iterable<RunEvent>,
  given: AuditOptions = {},
): readonly JudgeAudit[] {
  const { authorOf } = AUDIT.of(given, "auditJudges");
  const runs = Map.groupBy(todaysEvents(objectsIn(events, "auditJudges")), ({ runId }) => runId);
  const questions = [...runs.values()].flatMap(judgedIn);
  const byPlace = Map.groupBy(questions, ({ place }) => place);
  return [...Map.groupBy(questions, ({ judge }) => judge)]
    .map(([judge, asked]) => auditOf(judge, asked, byPlace, authorOf.get(judge) ?? []))
    .sort((a, b) => b.questions - a.questions || (a.judge < b.judge ? -1 : 1));
}

function auditOf(
  judge: string,
  asked: readonly JudgedQuestion[],
  byPlace: ReadonlyMap<string, readonly JudgedQuestion[]>,
  authorOf: readonly string[],
): JudgeAudit {
  const both = asked.filter(({ chosen }) => chosen.every((one) => one !== undefined && one >= 0));
  const settled = asked.flatMap((question) => {
    const choice = choiceOf(question);
    return choice === undefined ? [] : [{ question, choice }];
  });
  const known = asked.filter(({ truth }) => truth !== undefined);
  const checked = settled.filter(({ question }) => question.truth !== undefined);
  const cost = asked.reduce((sum, one) => addCost(sum, one.cost), NO_COST);
  return {
    judge,
    instructions: instructionsOf(asked),
    questions: asked.length,
    failed: asked.filter(({ chosen }) => chosen.includes(-1)).length,
    flipped: counted(both.filter(({ chosen: [a, b] }) => a !== b).length, both.length),
    first: firstOf(asked),
    own: ownOf(settled, new Set([judge, ...authorOf])),
    verdicts: agreement(
      settled.flatMap(({ question, choice }) => {
        const winner = winnerOf(question);
        return winner === undefined ? [] : [[choice, winner] as const];
      }),
    ),
    judges: agreement(
      settled.flatMap(({ question, choice }) =>
        (byPlace.get(question.place) ?? []).flatMap((other) => {
          const theirs = other.judge === judge ? undefined : choiceOf(other);
          return theirs === undefined ? [] : [[choice, theirs] as const];
        }),
      ),
    ),
    record: {
      truths: known.length,
      consistent: checked.length,
      right: checked.filter(({ question, choice }) => choice === question.truth).length,
      ...(cost.usdMicros !== "unknown" && { usdMicros: cost.usdMicros / asked.length }),
    },
    cost,
  };
}

function instructionsOf(asked: readonly JudgedQuestion[]): readonly Instructed[] {
  return [...Map.groupBy(asked, ({ instructions }) => instructions)]
    .map(([text, all]) => ({ text, questions: all.length }))
    .toSorted((a, b) => b.questions - a.questions);
}

/** Its choice, if it is the same in all orders in which it was asked. */
function choiceOf({ chosen }: JudgedQuestion): number | undefined {
  const answers = chosen.filter((one) => one !== undefined);
  const [first] = answers;
  if (first === undefined || first < 0) return undefined;
  return answers.every((one) => one === first) ? first : undefined;
}

/** The index of the winner, if the judge's own resolver did not decide. */
function winnerOf({ verdict, resolver, positions, truth }: JudgedQuestion): number | undefined {
  if (truth !== undefined) return truth;
  if (verdict === undefined || verdict.by === null || verdict.by === resolver) return undefined;
  const wanted = foldedKey(verdict.winner);
  const index = positions.findIndex(({ value }) => foldedKey(value) === wanted);
  return index < 0 ? undefined : index;
}

function firstOf(asked: readonly JudgedQuestion[]): JudgeAudit["first"] {
  let count = 0;
  let of = 0;
  let even = 0;
  for (const { chosen, positions } of asked) {
    const last = positions.length - 1;
    for (const [order, choice] of chosen.entries()) {
      if (choice === undefined || choice < 0) continue;
      of++;
      even += 1 / positions.length;
      if (choice === (order === 0 ? 0 : last)) count++;
    }
  }
  return { ...counted(count, of), even: of === 0 ? 0 : even / of };
}

function ownOf(
  settled: readonly { readonly question: JudgedQuestion; readonly choice: number }[],
  own: ReadonlySet<string>,
): JudgeAudit["own"] {
  let count = 0;
  let of = 0;
  let even = 0;
  for (const { question, choice } of settled) {
    const { positions, sameModel } = question;
    const isOwn = ({ heldBy }: (typeof positions)[number]): boolean =>
      heldBy.some(({ agent }) => own.has(agent) || sameModel.has(agent));
    const held = positions.filter(isOwn).length;
    // If it is behind every position, it cannot favour one.
    if (held === 0 || held === positions.length) continue;
    of++;
    even += held / positions.length;
    const chosen = positions[choice];
    if (chosen !== undefined && isOwn(chosen)) count++;
  }
  return of === 0 ? null : { ...counted(count, of), even: even / of };
}

function counted(count: number, of: number): Counted {
  return { count, of, interval: wilson(of === 0 ? 0 : count / of, of) };
}
