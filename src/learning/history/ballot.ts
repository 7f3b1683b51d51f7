import { foldedKey } from "../../conflict/canonical.ts";
import type { SubjectKind } from "../../model/conflict.ts";
import { sha256 } from "../../model/hash.ts";
import { canonicalJson, type Json } from "../../model/json.ts";
import type { RunTaught } from "../../resolve/resolver.ts";
import type { Verdict } from "../../model/verdict.ts";

/** What one run of a supervisor has decided, as far as it teaches how good its agents are. Plain JSON. */
export interface Ballot extends RunTaught {
  readonly subjects: readonly BallotSubject[];
}

export interface BallotSubject {
  readonly subject: string;
  readonly kind: SubjectKind;
  readonly votes: readonly { readonly position: Json; readonly agents: readonly string[] }[];
  /** A decision that is based on more than who holds what. */
  readonly decided?: { readonly position: Json; readonly by: "person" | "judge" };
  /** What turned out to be true. */
  readonly truth?: KnownTruth;
}

/** What turned out to be true of a subject, who said so, and when. */
export interface KnownTruth {
  readonly value: Json;
  readonly by?: string;
  /** In ms since 1970; absent if an earlier version recorded it. */
  readonly atMs?: number;
}

/** The prefix of the keys of all ballots. */
export const ALL_BALLOTS = "ballot/";

/** The prefix of the keys of a supervisor's ballots; no name has a "/". */
export function ballotPrefix(name: string): string {
  return `${ALL_BALLOTS}${name}/`;
}

/** The supervisor of the ballot with that key. */
export function supervisorOf(key: string): string {
  return key.split("/", 2)[1] ?? "";
}

/** The latest first, in the order of keys. */
export function ballotKey(name: string, { runId, callId = "", atMs }: Ballot): string {
  const before = Math.max(0, LATEST_MS - atMs)
    .toString(36)
    .padStart(10, "0");
  // No place in a run has a line break, so no other ballot has the same text.
  const place = `${callId}\n${runId}`;
  return `${ballotPrefix(name)}${before}/${place.length > MAX_PLACE_CHARS ? sha256(place) : place}`;
}

const LATEST_MS = 8.64e15;
// A key has at most 1,000 characters, and a name 100.
const MAX_PLACE_CHARS = 800;

const MAX_SUBJECTS = 500;
export const MAX_POSITION_CHARS = 1_000;

/** A ballot of verdicts; `undefined` if they teach nothing: only one agent spoke, or positions are long texts. */
export function ballotOf(run: RunTaught, verdicts: readonly Verdict[]): Ballot | undefined {
  const subjects = distinct(verdicts.flatMap((verdict) => subjectOf(verdict) ?? []));
  return subjects.length === 0 ? undefined : { ...run, subjects: subjects.slice(0, MAX_SUBJECTS) };
}

/** Redaction may have made two subjects equal: then it is unknown what was said about which. */
function distinct(subjects: readonly BallotSubject[]): readonly BallotSubject[] {
  const counts = new Map<string, number>();
  for (const one of subjects) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  return subjects.filter((one) => counts.get(nameOf(one)) === 1);
}

/** Distinguishes the subjects of a ballot. */
export function nameOf({ kind, subject }: Pick<BallotSubject, "kind" | "subject">): string {
  return `${kind} ${subject}`;
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

/** Whether two positions count as the same for learning. */
export function isSamePosition(a: Json, b: Json): boolean {
  return foldedKey(a) === foldedKey(b);
}
