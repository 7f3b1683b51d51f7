import { foldedKey } from "../conflict/canonical.ts";
import type { SubjectKind } from "../conflict/conflict.ts";
import { canonicalJson, type Json } from "../json.ts";
import type { Verdict } from "../resolve/verdict.ts";
import type { KeyedValue, Values } from "../store/values.ts";

/** What one run of a supervisor has decided about, as far as it teaches how good its agents are. Plain JSON. */
export interface Ballot {
  readonly runId: string;
  /** Of a nested supervisor. */
  readonly callId?: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly subjects: readonly BallotSubject[];
}

export interface BallotSubject {
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly votes: readonly { readonly position: Json; readonly agents: readonly string[] }[];
  /** What somebody decided who looks at more than who holds what. */
  readonly decided?: { readonly position: Json; readonly by: "person" | "judge" };
  /** What turned out to be true. */
  readonly outcome?: Json;
}

/** Begins the keys of a supervisor's ballots; no name has a "/". */
export function ballotPrefix(name: string): string {
  return `ballot/${name}/`;
}

/** The latest first, in the order of keys. */
export function ballotKey(name: string, { runId, callId = "", atMs }: Ballot): string {
  const before = Math.max(0, LATEST_MS - atMs)
    .toString(36)
    .padStart(10, "0");
  return `${ballotPrefix(name)}${before}/${runId}/${callId}`.slice(0, MAX_KEY);
}

const LATEST_MS = 8.64e15;
const MAX_KEY = 1_000;

/** How long a run teaches by its votes alone; with an outcome it does for good. */
const VOTES_SERVE_MS = 90 * 86_400_000;
const MAX_SUBJECTS = 500;
const MAX_POSITION_CHARS = 1_000;

/** A ballot of verdicts; `undefined` where they teach nothing: nobody else spoke about it, or positions are long texts. */
export function ballotOf(
  run: Pick<Ballot, "runId" | "callId" | "atMs">,
  verdicts: readonly Verdict[],
): Ballot | undefined {
  const subjects = verdicts.flatMap((verdict) => subjectOf(verdict) ?? []).slice(0, MAX_SUBJECTS);
  return subjects.length === 0 ? undefined : { ...run, subjects };
}

function subjectOf(verdict: Verdict): BallotSubject | undefined {
  const { subject, kind, positions, status, winner, confidenceFrom } = verdict;
  const votes = positions.map(({ value, heldBy }) => ({
    position: value,
    agents: heldBy.map(({ agent }) => agent),
  }));
  const speakers = votes.reduce((sum, { agents }) => sum + agents.length, 0);
  if (speakers === 0) return undefined;
  if (votes.some(({ position }) => canonicalJson(position).length > MAX_POSITION_CHARS)) {
    return undefined;
  }
  const by = confidenceFrom.startsWith("judge") ? "judge" : "person";
  const decided = status === "decided" && (by === "judge" || confidenceFrom === "person");
  return { subject, kind, votes, ...(decided && { decided: { position: winner, by } }) };
}

/** Keeps a ballot, with the outcomes that are known of it already. */
export async function keepBallot(values: Values, name: string, ballot: Ballot): Promise<void> {
  const key = ballotKey(name, ballot);
  const known = await values.get(key);
  const outcomes = known === undefined ? [] : outcomesIn(known as unknown as Ballot);
  const subjects = ballot.subjects.map((one) => {
    const found = outcomes.find(
      ({ subject, kind }) => subject === one.subject && kind === one.kind,
    );
    return found?.outcome === undefined ? one : { ...one, outcome: found.outcome };
  });
  const kept = { ...ballot, subjects } as unknown as Json;
  // What has no outcome may be forgotten one day; an outcome may not.
  const expiry = outcomes.length > 0 ? {} : { expiresAtMs: ballot.atMs + VOTES_SERVE_MS };
  await values.change(key, () => kept, expiry);
}

function outcomesIn({ subjects }: Ballot): readonly BallotSubject[] {
  return subjects.filter(({ outcome }) => outcome !== undefined);
}

/** Says what turned out to be true of a subject of a ballot; `undefined` takes that back. */
export async function keepOutcome(
  values: Values,
  name: string,
  ballot: Ballot,
  { subject, kind }: Pick<BallotSubject, "subject" | "kind">,
  outcome: Json | undefined,
): Promise<void> {
  await values.change(ballotKey(name, ballot), (known) => {
    const { subjects, ...run } = (known ?? ballot) as unknown as Ballot;
    const added = subjects.some((one) => one.subject === subject && one.kind === kind)
      ? subjects
      : [
          ...subjects,
          ...ballot.subjects.filter((one) => one.subject === subject && one.kind === kind),
        ];
    const changed = added.map((one) => {
      if (one.subject !== subject || one.kind !== kind) return one;
      const { outcome: _before, ...rest } = one;
      return outcome === undefined ? rest : { ...rest, outcome };
    });
    return { ...run, subjects: changed } as unknown as Json;
  });
}

const PAGE = 500;

/** A supervisor's latest ballots, the latest first. */
export async function ballots(
  values: Values,
  name: string,
  atMost: number,
): Promise<readonly Ballot[]> {
  const found: Ballot[] = [];
  let after: string | undefined;
  while (found.length < atMost) {
    const limit = Math.min(PAGE, atMost - found.length);
    const page: readonly KeyedValue[] = await values.list(ballotPrefix(name), {
      limit,
      ...(after !== undefined && { after }),
    });
    found.push(...page.map(({ value }) => value as unknown as Ballot));
    after = page.at(-1)?.key;
    if (page.length < limit) break;
  }
  return found;
}

/** Whether two positions are the same, as far as learning goes. */
export function isSamePosition(a: Json, b: Json): boolean {
  return foldedKey(a) === foldedKey(b);
}
