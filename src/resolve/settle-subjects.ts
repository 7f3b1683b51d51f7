import { finish, inTurns, turnTaker, type Steps } from "../async/in-turns.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { oneLine } from "../conflict/plain.ts";
import { atOnce } from "../policy/at-once.ts";
import { byCodeUnits, type Subject } from "../conflict/subject.ts";
import type { Ask, Link, LinkContext, PassStatus, Person, Question } from "./link.ts";
import { asksAgents, isContested, mayAskTooMany, mostHeld, withoutAsking } from "./ask-about.ts";
import { consult, type CheckedDecision, type CheckedRuling } from "./ruling.ts";
import type { LearnedBefore } from "../reliability/reliability.ts";
import { unanimous } from "./unanimous.ts";
import type { Dissent, Verdict, VerdictStatus } from "./verdict.ts";
import { whoHoldsWhat, whoIsMissing } from "./words.ts";

/** With what subjects are settled. */
export interface SettleContext {
  readonly resolve: readonly Link[];
  readonly ask: Ask;
  readonly person?: Person | undefined;
  readonly rerun?: LinkContext["rerun"];
  /** Agents that were asked and did not answer. */
  readonly missing?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** All that belongs together, where some of it is settled already. Default: the subjects. */
  readonly all?: readonly Subject[];
  readonly learned?: LearnedBefore | undefined;
  /** About how many subjects links may ask agents; about any number where left out. */
  readonly maxSubjects?: number;
}

const NO_VERDICTS: readonly Verdict[] = Object.freeze([]);
const MAX_SAID_CHARS = 1_000;
const MAX_NAME_CHARS = 100;

/**
 * One verdict per subject, in their order. Contested subjects go through the chain, one link after another; those
 * that ask agents do so at the same time. Where everybody agrees nobody is asked. Answers at once unless a link asks, or there
 * are very many subjects.
 *
 * Never fails because of a link. When the signal is aborted it throws, or rejects with, the signal's reason.
 */
export function settleSubjects(
  subjects: readonly Subject[],
  context: SettleContext,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  if (subjects.length === 0) return NO_VERDICTS;
  const { signal } = context;
  signal?.throwIfAborted();
  const missing = Object.freeze([...new Set(context.missing)].sort(byCodeUnits));
  const { all = subjects, resolve, maxSubjects = Infinity } = context;
  const given = linkContext(all, missing, context);
  if (mayAskTooMany(all, resolve, maxSubjects)) {
    return untilAborted(
      settleSome(subjects, missing, given, { all, resolve, maxSubjects }),
      signal,
    );
  }
  const settling = settleEach(subjects, missing, resolve, given);
  if (subjects.length > MANY) {
    const late = inTurns(settling, signal).then(({ verdicts }) => Promise.all(verdicts));
    return untilAborted(late, signal);
  }
  const { verdicts, asks } = finish(settling);
  return asks ? untilAborted(Promise.all(verdicts), signal) : Object.freeze(verdicts as Verdict[]);
}

/** With more subjects, others have their turn in between. */
const MANY = 1_000;
/** What it takes to settle one. */
const SETTLING = 500;

function* settleEach(
  subjects: readonly Subject[],
  missing: readonly string[],
  resolve: readonly Link[],
  context: LinkContext,
): Steps<{ readonly verdicts: readonly (Verdict | Promise<Verdict>)[]; readonly asks: boolean }> {
  const isTurn = turnTaker();
  const verdicts: (Verdict | Promise<Verdict>)[] = [];
  let asks = false;
  for (const subject of subjects) {
    const verdict = settleOne(subject, missing, resolve, context);
    if (verdict instanceof Promise) {
      asks = true;
      // Whoever awaits all of them hears of it; nobody may be there any more when the run has ended meanwhile.
      verdict.catch(() => undefined);
    }
    verdicts.push(verdict);
    if (isTurn(SETTLING)) yield;
  }
  return { verdicts, asks };
}

/** The same for every link and subject. All questions are made when somebody looks at them: most links do not. */
function linkContext(
  subjects: readonly Subject[],
  missing: readonly string[],
  { ask, person, rerun, signal, learned }: SettleContext,
): LinkContext {
  let all: readonly Question[] | undefined;
  return {
    ask,
    person,
    rerun,
    signal,
    learned,
    get all() {
      return (all ??= Object.freeze(subjects.map((subject) => questionOf(subject, missing))));
    },
  };
}

function questionOf({ subject, kind, positions }: Subject, missing: readonly string[]): Question {
  return Object.freeze({ subject, kind, positions, missing });
}

/**
 * Where more subjects are contested than agents may be asked about: all go as far as the first link that asks, and those that come
 * so far and are held most go on; at the others links that ask pass. Subjects that are settled already count as they did
 * then, so that a run that is resumed chooses the same.
 */
async function settleSome(
  subjects: readonly Subject[],
  missing: readonly string[],
  context: LinkContext,
  { all, resolve, maxSubjects }: Required<Pick<SettleContext, "all" | "resolve" | "maxSubjects">>,
): Promise<readonly Verdict[]> {
  const until = resolve.findIndex(asksAgents);
  const considered = new Set([...subjects, ...all.filter(isContested)]);
  const halfway = new Map(
    await Promise.all(
      [...considered].map(
        async (subject) =>
          [subject, await settleOne(subject, missing, resolve, context, until)] as const,
      ),
    ),
  );
  const reached = [...halfway].flatMap(([subject, came]) => ("from" in came ? [subject] : []));
  const chosen = mostHeld(reached, maxSubjects);
  const unasked = withoutAsking(resolve, maxSubjects);
  return Promise.all(
    subjects.map(async (subject) => {
      const came = halfway.get(subject);
      if (came === undefined || !("from" in came)) return came as Verdict;
      return (await follow(came, chosen.has(subject) ? resolve : unasked, context)) as Verdict;
    }),
  );
}

/** A question on its way through the chain, before its link `from`. */
interface Way {
  readonly question: Question;
  /** What was said about it so far. */
  readonly said: string[];
  readonly from: number;
  /** What the links so far make of a question that stays open. */
  readonly status: PassStatus;
}

/** Settles a subject by the links before `until`: where they leave it open and others follow, that is its way so far. */
function settleOne(
  asked: Subject,
  missing: readonly string[],
  resolve: readonly Link[],
  context: LinkContext,
): Verdict | Promise<Verdict>;
function settleOne(
  asked: Subject,
  missing: readonly string[],
  resolve: readonly Link[],
  context: LinkContext,
  until: number,
): Verdict | Way | Promise<Verdict | Way>;
function settleOne(
  asked: Subject,
  missing: readonly string[],
  resolve: readonly Link[],
  context: LinkContext,
  until: number = resolve.length,
): Verdict | Way | Promise<Verdict | Way> {
  const { positions, note, refused } = asked;
  const question = questionOf(asked, missing);
  const said: string[] = [];
  if (positions.length > 1) said.push(whoHoldsWhat(positions));
  if (note !== undefined) said.push(note);
  if (refused !== undefined) {
    said.push(`Nothing can be decided: ${oneLine(refused, MAX_SAID_CHARS)}.`);
    return open(question, said, "undecided");
  }
  if (positions.length === 0) return open(question, said, "undecided");
  return positions.length === 1
    ? agree(question, said, resolve, context)
    : follow({ question, said, from: 0, status: "undecided" }, resolve, context, until);
}

const DEFAULT_AGREEMENT = unanimous();

function agree(
  question: Question,
  said: string[],
  resolve: readonly Link[],
  context: LinkContext,
): Verdict {
  for (const link of [...resolve, DEFAULT_AGREEMENT]) {
    if (link.agreed === undefined) continue;
    // Where everybody agrees nobody is asked, so there is nothing to wait for.
    const ruling = consult(question, () => atOnce(() => link.agreed?.(question, context), "it"));
    if (ruling instanceof Promise) continue;
    said.push(inWords(link, ruling));
    if (ruling.pass === undefined) return closed(question, said, "unanimous", link, ruling);
    if (ruling.status !== undefined) return open(question, said, ruling.status);
  }
  return open(question, said, "undecided");
}

/** The chain from where a question is on its way; as far as the link `until`. */
function follow(
  { question, said, from, status }: Way,
  resolve: readonly Link[],
  context: LinkContext,
  until: number = resolve.length,
): Verdict | Way | Promise<Verdict | Way> {
  let last = status;
  for (let i = from; i < until; i++) {
    const link = resolve[i];
    if (link === undefined) break;
    const ruling = consult(question, () => link.settle(question, context));
    if (ruling instanceof Promise) {
      return ruling.then((late) => {
        context.signal?.throwIfAborted();
        said.push(inWords(link, late));
        if (late.pass === undefined) return closed(question, said, "decided", link, late);
        if (late.status === "waiting") return open(question, said, "waiting");
        const way = { question, said, from: i + 1, status: late.status ?? last };
        return follow(way, resolve, context, until);
      });
    }
    said.push(inWords(link, ruling));
    if (ruling.pass === undefined) return closed(question, said, "decided", link, ruling);
    if (ruling.status === "waiting") return open(question, said, "waiting");
    last = ruling.status ?? last;
  }
  if (until < resolve.length) return { question, said, from: until, status: last };
  return open(question, said, last);
}

function inWords({ name }: Link, ruling: CheckedRuling): string {
  const words = oneLine(ruling.pass ?? ruling.reasoning, MAX_SAID_CHARS);
  const stop = /[.!?…]$/.test(words) ? "" : ".";
  return `${oneLine(name, MAX_NAME_CHARS)}${ruling.pass === undefined ? "" : " passed"}: ${words}${stop}`;
}

function open(
  { subject, kind, positions, missing }: Question,
  said: readonly string[],
  status: PassStatus,
): Verdict {
  return Object.freeze({
    subject,
    kind,
    status,
    winner: null,
    confidence: 0,
    confidenceFrom: "none",
    calibrated: false,
    reasoning: reasoningOf(said, missing),
    by: null,
    positions,
    dissent: NO_DISSENT,
    missing,
  });
}

function closed(
  { subject, kind, positions, missing }: Question,
  said: readonly string[],
  status: VerdictStatus,
  link: Link,
  { winner, confidence, confidenceFrom, calibrated }: CheckedDecision,
): Verdict {
  const others = positions.filter((position) => position !== winner);
  return Object.freeze({
    subject,
    kind,
    status,
    winner: winner.value,
    confidence,
    confidenceFrom,
    calibrated,
    reasoning: reasoningOf(said, missing),
    by: link.name,
    positions,
    dissent: others.flatMap(({ value, heldBy }) =>
      heldBy.map((holder): Dissent => ({ ...holder, position: value })),
    ),
    missing,
  });
}

const NO_DISSENT: readonly Dissent[] = Object.freeze([]);

function reasoningOf(said: readonly string[], missing: readonly string[]): string {
  return [...said, ...(missing.length > 0 ? [whoIsMissing(missing)] : [])].join(" ");
}
