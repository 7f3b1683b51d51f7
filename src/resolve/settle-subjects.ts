import type { Stopping } from "../async/abort-controller.ts";
import { nextTurn, turnTaker } from "../async/in-turns.ts";
import { untilAborted } from "../async/until-aborted.ts";
import { byCodeUnits, type Subject } from "../conflict/subject.ts";
import type { Ask, Resolver, ResolverContext, Person, Question } from "./resolver.ts";
import { asksAgents, isContested, mayAskTooMany, mostHeld, withoutAsking } from "./ask-about.ts";
import type { LearnedBefore } from "../model/reliability.ts";
import type { Verdict } from "../model/verdict.ts";
import { voicesOf } from "./voices.ts";
import { begun, follow, verdictOf, type Way } from "./way.ts";

/** The context in which subjects are settled. */
export interface SettleContext {
  readonly resolve: readonly Resolver[];
  readonly ask: Ask;
  readonly person?: Person | undefined;
  readonly rerun?: ResolverContext["rerun"];
  /** Agents that were asked and did not answer. */
  readonly missing?: readonly string[];
  /** How many agents were asked. Default: as many as spoke or are missing. */
  readonly asked?: number;
  /** Others were not asked because the answers were enough. */
  readonly enough?: boolean | undefined;
  readonly stopping?: Stopping;
  /** Everything that belongs together, if some of it is settled already. Default: the subjects. */
  readonly all?: readonly Subject[];
  readonly learned?: LearnedBefore | undefined;
  /** About how many subjects resolvers may ask agents. Default: any number. */
  readonly maxSubjects?: number;
}

/** The work of settling one subject: with very many, other work runs in between. */
const SETTLING = 500;

/** How many subjects are settled in one go, if no agents are asked about them. */
const AT_ONCE = 100;

/**
 * One verdict per subject, in their order. Contested subjects go through the chain, one resolver after another, all subjects at the same
 * time. If all agents agree on every subject, nobody is asked, and the verdicts are returned synchronously.
 *
 * Never fails because of a resolver. Rejects with the signal's reason when that is aborted.
 */
export function settleSubjects(
  subjects: readonly Subject[],
  context: SettleContext,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  if (subjects.length <= AT_ONCE && !subjects.some(isContested)) {
    const { begin } = starting(subjects, context);
    return subjects.map((subject) => verdictOf(begin(subject)));
  }
  const signal = context.stopping?.signal;
  return untilAborted(settleAll(subjects, context), signal);
}

/**
 * For more contested subjects than agents may be asked about: all go as far as the first resolver that asks. Of those that come
 * that far, the most held continue; for the others, resolvers that ask defer. Subjects that are settled already count as they did
 * then, so that a resumed run chooses the same.
 */
async function settleAll(
  subjects: readonly Subject[],
  context: SettleContext,
): Promise<readonly Verdict[]> {
  const { all = subjects, resolve, maxSubjects = Infinity } = context;
  const signal = context.stopping?.signal;
  signal?.throwIfAborted();
  const { begin, given } = starting(subjects, context);
  if (!mayAskTooMany(all, resolve, maxSubjects)) {
    return forAll(subjects, signal, async (subject) =>
      verdictOf(await follow(begin(subject), resolve, given)),
    );
  }
  const until = resolve.findIndex(asksAgents);
  const considered = [...new Set([...subjects, ...all.filter(isContested)])];
  const before = resolve.slice(0, until);
  const ways = await forAll(considered, signal, (subject) => follow(begin(subject), before, given));
  const halfway = new Map(considered.map((subject, i) => [subject, ways[i]]));
  const reached = considered.filter((subject) => halfway.get(subject)?.verdict === undefined);
  const chosen = mostHeld(reached, maxSubjects);
  const after = resolve.slice(until);
  const unasked = withoutAsking(after, maxSubjects);
  return forAll(subjects, signal, async (subject) => {
    const way = halfway.get(subject) ?? begin(subject);
    return verdictOf(await follow(way, chosen.has(subject) ? after : unasked, given));
  });
}

/** Settles all of them at the same time. */
async function forAll<T>(
  subjects: readonly Subject[],
  signal: AbortSignal | undefined,
  settle: (subject: Subject) => Promise<T>,
): Promise<readonly T[]> {
  const isTurn = turnTaker();
  const settling: Promise<T>[] = [];
  for (const subject of subjects) {
    const one = settle(subject);
    // It rejects only if the run ends, which may be before anything waits for it.
    one.catch(() => {});
    settling.push(one);
    if (!isTurn(SETTLING)) continue;
    await nextTurn();
    signal?.throwIfAborted();
  }
  return Promise.all(settling);
}

/** The start of a subject in the chain, and the context for its resolvers. */
function starting(
  subjects: readonly Subject[],
  context: SettleContext,
): { readonly given: ResolverContext; readonly begin: (subject: Subject) => Way } {
  const { all = subjects, resolve } = context;
  const missing = Object.freeze([...new Set(context.missing)].sort(byCodeUnits));
  const among = { missing, asked: context.asked ?? 0, ...(context.enough === true && ENOUGH) };
  const given = new GivenContext(all, among, context);
  return {
    given,
    begin: (subject) => begun(questionOf(subject, among), subject, given, resolve),
  };
}

/** The same for every resolver and subject. A class for its prototype: getters of its own would slow down whoever makes one for each run. */
class GivenContext implements ResolverContext {
  readonly ask: Ask;
  readonly person: Person | undefined;
  readonly rerun: ResolverContext["rerun"];
  readonly learned: LearnedBefore | undefined;
  readonly #stopping: Stopping | undefined;
  readonly #subjects: readonly Subject[];
  readonly #among: Among;
  #all: readonly Question[] | undefined;

  constructor(
    subjects: readonly Subject[],
    among: Among,
    { ask, person, rerun, stopping, learned }: SettleContext,
  ) {
    this.ask = ask;
    this.person = person;
    this.rerun = rerun;
    this.learned = learned;
    this.#stopping = stopping;
    this.#subjects = subjects;
    this.#among = among;
  }

  get signal(): AbortSignal | undefined {
    return this.#stopping?.signal;
  }

  /** Made when it is read, because most resolvers do not read it. */
  get all(): readonly Question[] {
    return (this.#all ??= Object.freeze(
      this.#subjects.map((subject) => questionOf(subject, this.#among)),
    ));
  }
}

/** How many agents were asked, and which of them did not answer. */
type Among = Pick<Question, "missing" | "asked" | "enough">;

const ENOUGH = { enough: true } as const;

function questionOf({ subject, kind, positions, finding }: Subject, among: Among): Question {
  const { missing, enough } = among;
  const said = finding === undefined ? undefined : { finding };
  // An agent that looked for findings holds something about each; one that did not look was not asked for any.
  const least = voicesOf(positions) + missing.length;
  const asked = kind === "finding" ? least : Math.max(among.asked, least);
  return Object.freeze({
    subject,
    kind,
    ...said,
    positions,
    missing,
    asked,
    ...(enough === true && ENOUGH),
  });
}
