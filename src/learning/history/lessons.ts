import type { LearnedBefore } from "../../model/reliability.ts";
import type { LearningOptions, Lessons } from "../../resolve/resolver.ts";
import type { Values } from "../../store/values.ts";
import { ballotOf } from "./ballot.ts";
import { keepBallot } from "./keep-ballot.ts";
import { MAX_RUNS, loadHistory } from "./load-history.ts";
import { taughtSoFar, type Taught } from "./taught.ts";

/** With at least this many votes, a result is used until there are a certain share more, … */
const MANY_VOTES = 2_000;
const GROWN = 1 / 20;
/** … or until it is this old, because votes expire. */
const SERVES_MS = 3_600_000;

interface KeptLesson {
  readonly taught: Taught;
  readonly learnedAtMs: number;
  readonly learned: Promise<LearnedBefore>;
  /** How many votes it was learned from; 0 until that is known. */
  votes: number;
}

/**
 * Learns from a supervisor's runs, and again when they have taught more since; with many votes only when there is a twentieth more,
 * or after an hour, because looking at 2,000 runs takes longer than many a run. Only what it says about `members` is kept, because each run has it in its log.
 */
export function lessons(
  name: string,
  learning: LearningOptions,
  members: ReadonlySet<string>,
): Lessons {
  const kept = new WeakMap<Values, KeptLesson>();
  return {
    async learned(values, nowMs) {
      const taught = await taughtSoFar(values, name);
      const known = kept.get(values);
      if (known !== undefined && serves(known, taught, nowMs)) return known.learned;
      const learned = loadHistory(values, name, learning).then((all) => onlyOf(all, members));
      const entry: KeptLesson = { taught, learnedAtMs: nowMs, learned, votes: 0 };
      kept.set(values, entry);
      try {
        const { claims, findings } = await learned;
        entry.votes = (claims?.votes ?? 0) + (findings?.votes ?? 0);
      } catch (error) {
        // The next run asks the store again.
        if (kept.get(values) === entry) kept.delete(values);
        throw error;
      }
      return learned;
    },
    async keep(values, of, verdicts) {
      const ballot = ballotOf(of, verdicts);
      if (ballot !== undefined) await keepBallot(values, name, ballot);
    },
  };
}

function serves({ taught, learnedAtMs, votes }: KeptLesson, now: Taught, nowMs: number): boolean {
  const ageMs = nowMs - learnedAtMs;
  const grown = votes < MANY_VOTES ? 0 : GROWN;
  const isNear = (then: number, since: number): boolean =>
    since >= then && since - then <= Math.min(then, MAX_RUNS) * grown;
  return (
    ageMs >= 0 &&
    ageMs < SERVES_MS &&
    isNear(taught.ballots, now.ballots) &&
    isNear(taught.truths, now.truths)
  );
}

function onlyOf(
  { claims, findings, reviews }: LearnedBefore,
  members: ReadonlySet<string>,
): LearnedBefore {
  const only = <T extends { readonly agents: readonly { readonly agent: string }[] }>(
    all: T,
  ): T => ({
    ...all,
    agents: all.agents.filter(({ agent }) => members.has(agent)),
  });
  return {
    ...(claims !== undefined && { claims: only(claims) }),
    ...(findings !== undefined && { findings: only(findings) }),
    ...(reviews !== undefined && { reviews: only(reviews) }),
  };
}
