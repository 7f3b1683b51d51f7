import { PRESENT } from "../conflict/findings.ts";
import type { FindingModel } from "../reliability/finding-model.ts";
import {
  learnFindings,
  type RecordedFinding,
  type RecordedReview,
} from "../reliability/learn-findings.ts";
import { learn } from "../reliability/learn.ts";
import type {
  LabelKind,
  LearnedBefore,
  RecordedOutcome,
  RecordedVote,
  Reliability,
} from "../reliability/reliability.ts";
import type { SubjectKind } from "../conflict/conflict.ts";
import type { Learning, Trust } from "../resolve/link.ts";
import type { Values } from "../store/values.ts";
import { ballots, type Ballot, type BallotSubject } from "./ballot.ts";

/**
 * What the runs of a supervisor have taught of its agents, as `reliability()` in its chain goes by it: nothing for a supervisor
 * without runs that taught anything. `learning` as it is given to `reliability()`.
 */
export function learnedFrom(
  store: { readonly values: Values },
  supervisor: string,
  learning: Partial<Omit<Learning, "trust" | "reviews">> & { readonly trust?: Trust } = {},
): Promise<LearnedBefore> {
  const { labels, topicOf, trust } = learning;
  return recall(store.values, supervisor, {
    labels,
    topicOf,
    trust: { ...DEFAULT_TRUST, ...trust },
    reviews: true,
  });
}

const DEFAULT_TRUST: Required<Trust> = Object.freeze({ person: 1, judge: 0 });

/** How many runs are looked back at. */
const MAX_RUNS = 2_000;

/** What the runs of a supervisor have taught; nothing where there are none. */
export async function recall(
  values: Values,
  name: string,
  learning: Learning,
): Promise<LearnedBefore> {
  const found = await ballots(values, name, MAX_RUNS);
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

/** Which findings stand, from the reviews of which an outcome is known. */
function reviewed(found: readonly Ballot[]): FindingModel | undefined {
  const reviews = found.flatMap(({ subjects }): readonly RecordedReview[] => {
    const findings = subjects.filter(({ kind }) => kind === "finding");
    if (!findings.some(({ outcome }) => outcome !== undefined)) return [];
    return [{ findings: findings.map(findingOf) }];
  });
  return reviews.length === 0 ? undefined : learnFindings(reviews);
}

function findingOf({ subject, votes, outcome }: BallotSubject): RecordedFinding {
  const reporters = votes.filter(({ position }) => position === PRESENT);
  return {
    text: subject,
    reportedBy: reporters.flatMap(({ agents }) => agents),
    ...(outcome !== undefined && { right: outcome === PRESENT }),
  };
}

function taught(
  found: readonly Ballot[],
  kind: SubjectKind,
  labels: LabelKind,
  { topicOf, trust }: Learning,
): Reliability | undefined {
  const votes: RecordedVote[] = [];
  const outcomes: RecordedOutcome[] = [];
  for (const ballot of found) {
    for (const one of ballot.subjects) {
      if (one.kind !== kind) continue;
      const subject = idOf(ballot, one);
      for (const { position, agents } of one.votes) {
        for (const agent of agents) votes.push({ agent, subject, position });
      }
      const outcome = outcomeOf(one, trust);
      if (outcome !== undefined) outcomes.push({ subject, ...outcome });
    }
  }
  if (votes.length === 0) return undefined;
  return learn(votes, {
    labels,
    outcomes,
    ...(topicOf !== undefined && { topicOf: (id) => topicOf(subjectOf(id)) }),
  });
}

function outcomeOf(
  { outcome, decided }: BallotSubject,
  weights: Required<Trust>,
): Omit<RecordedOutcome, "subject"> | undefined {
  if (outcome !== undefined) return { position: outcome };
  const weight = decided === undefined ? 0 : weights[decided.by];
  return decided === undefined || weight <= 0 ? undefined : { position: decided.position, weight };
}

// One subject of one run: the same words in another run are another question.
function idOf({ runId, callId = "" }: Ballot, { subject }: BallotSubject): string {
  return `${runId}\n${callId}\n${subject}`;
}

function subjectOf(id: string): string {
  return id.slice(id.indexOf("\n", id.indexOf("\n") + 1) + 1);
}
