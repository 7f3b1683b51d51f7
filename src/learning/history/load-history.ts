import { func } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import { TEXT, BACKEND } from "../../check/arguments.ts";
import { hear } from "../../model/hear.ts";
import { PRESENT } from "../../conflict/findings.ts";
import type { FindingModel } from "../statistics/finding-model.ts";
import {
  learnFindings,
  type RecordedFinding,
  type RecordedReview,
} from "../statistics/learn-findings.ts";
import { LABELS, learn } from "../statistics/learn.ts";
import type {
  LabelKind,
  LearnedBefore,
  RecordedTruth,
  RecordedVote,
  Reliability,
} from "../../model/reliability.ts";
import type { SubjectKind } from "../../model/conflict.ts";
import { byCodeUnits } from "../../conflict/subject.ts";
import type { LearningOptions, Trust } from "../../resolve/resolver.ts";
import type { Store } from "../../store/store.ts";
import type { Values } from "../../store/values.ts";
import { ballotPrefix, type Ballot, type BallotSubject } from "./ballot.ts";
import { parseBallot } from "./parse-ballot.ts";
import { DEFAULT_TRUST, TRUST } from "./trust.ts";

export const LEARNED_FROM: Options<Omit<LearningOptions, "reviews">> = options({
  labels: LABELS,
  topicOf: func("use (subject) => topic"),
  trust: TRUST,
});

/**
 * What the runs of a supervisor have taught about its agents, as `reliability()` in its chain uses it; empty for a supervisor
 * whose runs have taught nothing. `learning` has the options as given to `reliability()`.
 */
export async function learnedFrom(
  backend: { readonly store: Store },
  supervisor: string,
  learning: Omit<LearningOptions, "reviews"> = {},
): Promise<LearnedBefore> {
  BACKEND.needed().take(backend, "learnedFrom: backend");
  TEXT.take(supervisor, "learnedFrom: supervisor");
  const taken = LEARNED_FROM.of(learning, "learnedFrom");
  return loadHistory(backend.store.values, supervisor, { ...taken, reviews: true });
}

/** How many runs are used, the latest first. */
export const MAX_RUNS = 2_000;
/** How many votes these may have together: about a second's work. */
const MAX_VOTES = 200_000;
const PAGE = 100;

/** What the runs of a supervisor have taught; empty if there are none. */
export async function loadHistory(
  values: Values,
  name: string,
  learning: LearningOptions,
): Promise<LearnedBefore> {
  const found = await latestBallots(values, name);
  const { labels } = learning;
  const claims = labels === undefined ? undefined : taught(found, "claim", labels, learning);
  // "present" and "absent" mean the same of every finding.
  const findings = taught(found, "finding", "fixed", learning);
  const reviews = learning.reviews === true ? reviewed(found) : undefined;
  return {
    ...(claims !== undefined && { claims }),
    ...(findings !== undefined && { findings }),
    ...(reviews !== undefined && { reviews }),
  };
}

async function latestBallots(values: Values, name: string): Promise<readonly Ballot[]> {
  const found: Ballot[] = [];
  let votes = 0;
  let seen = 0;
  let after: string | undefined;
  while (seen < MAX_RUNS) {
    const limit = Math.min(PAGE, MAX_RUNS - seen);
    const page = await values.list(ballotPrefix(name), {
      limit,
      ...(after !== undefined && { after }),
    });
    for (const { value } of page) {
      const ballot = parseBallot(value);
      if (ballot === undefined) continue;
      votes += votesIn(ballot);
      if (votes > MAX_VOTES && found.length > 0) return found;
      found.push(ballot);
    }
    seen += page.length;
    after = page.at(-1)?.key;
    if (page.length < limit) break;
  }
  return found;
}

function votesIn({ subjects }: Ballot): number {
  let count = 0;
  for (const { votes } of subjects) for (const { agents } of votes) count += agents.length;
  return count;
}

/** Which findings stand, learned from the reviews with known truths. */
function reviewed(found: readonly Ballot[]): FindingModel | undefined {
  const reviews = found.flatMap(({ subjects }): readonly RecordedReview[] => {
    const findings = subjects.filter(({ kind }) => kind === "finding");
    if (!findings.some(({ truth }) => truth !== undefined)) return [];
    return [{ findings: findings.map(findingOf) }];
  });
  return reviews.length === 0 ? undefined : learnFindings(reviews);
}

function findingOf({ subject, votes, truth }: BallotSubject): RecordedFinding {
  const reporters = votes.filter(({ position }) => position === PRESENT);
  return {
    text: subject,
    reportedBy: reporters.flatMap(({ agents }) => agents),
    ...(truth !== undefined && { right: truth.value === PRESENT }),
  };
}

function taught(
  found: readonly Ballot[],
  kind: SubjectKind,
  labels: LabelKind,
  { topicOf, trust }: LearningOptions,
): Reliability | undefined {
  const weights = { ...DEFAULT_TRUST, ...trust };
  const votes: RecordedVote[] = [];
  const truths: RecordedTruth[] = [];
  // One subject of one run: the same words in another run are another question.
  const subjects: string[] = [];
  for (const ballot of found) {
    for (const one of ballot.subjects) {
      if (one.kind !== kind) continue;
      const id = String(subjects.push(one.subject) - 1);
      for (const { position, agents } of one.votes) {
        for (const agent of agents) votes.push({ agent, subject: id, position });
      }
      const truth = truthOf(one, weights);
      if (truth !== undefined) truths.push({ subject: id, ...truth });
    }
  }
  if (votes.length === 0) return undefined;
  const topics = topicOf === undefined ? undefined : topicsOf(subjects, topicOf);
  return learn(votes, {
    labels,
    truths,
    ...(topics !== undefined && { topicOf: (id) => topics[Number(id)] }),
  });
}

/** How many topics are used: each run has the results by topic in its log. */
const MAX_TOPICS = 50;

/** The topics of subjects, the most frequent ones. A subject whose topic is unknown has none, because agents have chosen the words. */
function topicsOf(
  subjects: readonly string[],
  topicOf: (subject: string) => string | undefined,
): readonly (string | undefined)[] {
  const counts = new Map<string, number>();
  const topics = subjects.map((subject) => {
    const topic = topicFor(subject, topicOf);
    if (topic !== undefined) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    return topic;
  });
  if (counts.size <= MAX_TOPICS) return topics;
  const frequent = [...counts].toSorted(([a, m], [b, n]) => n - m || byCodeUnits(a, b));
  const kept = new Set(frequent.slice(0, MAX_TOPICS).map(([topic]) => topic));
  return topics.map((topic) => (topic !== undefined && kept.has(topic) ? topic : undefined));
}

function topicFor(
  subject: string,
  topicOf: (subject: string) => string | undefined,
): string | undefined {
  try {
    const topic: unknown = topicOf(subject);
    hear(topic);
    return typeof topic === "string" ? topic : undefined;
  } catch (thrown) {
    hear(thrown);
    return undefined;
  }
}

function truthOf(
  { truth, decided }: BallotSubject,
  weights: Required<Trust>,
): Omit<RecordedTruth, "subject"> | undefined {
  if (truth !== undefined) return { position: truth.value };
  const weight = decided === undefined ? 0 : weights[decided.by];
  return decided === undefined || weight <= 0 ? undefined : { position: decided.position, weight };
}
