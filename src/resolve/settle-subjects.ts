import { oneLine } from "../conflict/plain.ts";
import { byCodeUnits, type Subject } from "../conflict/subject.ts";
import type {
  Ask,
  LearnedBefore,
  Link,
  LinkContext,
  PassStatus,
  Person,
  Question,
} from "./link.ts";
import { consult, type CheckedDecision, type CheckedRuling } from "./ruling.ts";
import { unanimous } from "./unanimous.ts";
import type { Dissent, Verdict, VerdictStatus } from "./verdict.ts";
import { whoHoldsWhat, whoIsMissing } from "./words.ts";

/** With what subjects are settled. */
export interface SettleContext {
  readonly resolve: readonly Link[];
  readonly ask: Ask;
  readonly person?: Person | undefined;
  /** Agents that were asked and did not answer. */
  readonly missing?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** All that belongs together, where some of it is settled already. Default: the subjects. */
  readonly all?: readonly Subject[];
  readonly learned?: LearnedBefore | undefined;
}

const NO_VERDICTS: readonly Verdict[] = Object.freeze([]);
const MAX_SAID_CHARS = 1_000;
const MAX_NAME_CHARS = 100;

/**
 * One verdict per subject, in their order. Contested subjects go through the chain, one link after another; those
 * that ask agents do so at the same time. Where everybody agrees nobody is asked. Answers at once unless a link asks.
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
  const given = linkContext(context.all ?? subjects, missing, context);
  const verdicts: (Verdict | Promise<Verdict>)[] = [];
  let asks = false;
  for (const subject of subjects) {
    const verdict = settleOne(subject, missing, context.resolve, given);
    asks ||= verdict instanceof Promise;
    verdicts.push(verdict);
  }
  return asks ? untilAborted(Promise.all(verdicts), signal) : Object.freeze(verdicts as Verdict[]);
}

async function untilAborted<T>(all: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return all;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([all, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The same for every link and subject. All questions are made when somebody looks at them: most links do not. */
function linkContext(
  subjects: readonly Subject[],
  missing: readonly string[],
  { ask, person, signal, learned }: SettleContext,
): LinkContext {
  let all: readonly Question[] | undefined;
  return {
    ask,
    person,
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

function settleOne(
  asked: Subject,
  missing: readonly string[],
  resolve: readonly Link[],
  context: LinkContext,
): Verdict | Promise<Verdict> {
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
    : follow(question, said, resolve, context, 0, "undecided");
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
    const ruling = consult(question, () => link.agreed?.(question, context));
    // Where everybody agrees nobody is asked, so there is nothing to wait for.
    if (ruling instanceof Promise) continue;
    said.push(inWords(link, ruling));
    if (ruling.pass === undefined) return closed(question, said, "unanimous", link, ruling);
    if (ruling.status !== undefined) return open(question, said, ruling.status);
  }
  return open(question, said, "undecided");
}

/** The chain from its link `from` on. `status` is what the links before it make of a question that stays open. */
function follow(
  question: Question,
  said: string[],
  resolve: readonly Link[],
  context: LinkContext,
  from: number,
  status: PassStatus,
): Verdict | Promise<Verdict> {
  let last = status;
  for (let i = from; i < resolve.length; i++) {
    const link = resolve[i];
    if (link === undefined) break;
    const ruling = consult(question, () => link.settle(question, context));
    if (ruling instanceof Promise) {
      return ruling.then((late) => {
        context.signal?.throwIfAborted();
        said.push(inWords(link, late));
        if (late.pass === undefined) return closed(question, said, "decided", link, late);
        if (late.status === "waiting") return open(question, said, "waiting");
        return follow(question, said, resolve, context, i + 1, late.status ?? last);
      });
    }
    said.push(inWords(link, ruling));
    if (ruling.pass === undefined) return closed(question, said, "decided", link, ruling);
    if (ruling.status === "waiting") return open(question, said, "waiting");
    last = ruling.status ?? last;
  }
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
