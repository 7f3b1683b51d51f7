import { canonicalJson, type Json } from "../../model/json.ts";
import { MAX_POSITION_CHARS, type Ballot, type BallotSubject } from "./ballot.ts";

/** A ballot as a store has it; `undefined` for what is none, whoever wrote it: a run must not fail of what another one left. */
export function takeBallot(value: Json | undefined): Ballot | undefined {
  if (!isRecord(value)) return undefined;
  const { runId, callId, atMs, subjects } = value;
  const sound =
    typeof runId === "string" &&
    (callId === undefined || typeof callId === "string") &&
    typeof atMs === "number" &&
    Array.isArray(subjects) &&
    subjects.every(isSubject);
  return sound ? (value as unknown as Ballot) : undefined;
}

function isSubject(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { subject, kind, votes, decided, outcome } = value as Partial<
    Record<keyof BallotSubject, unknown>
  >;
  return (
    typeof subject === "string" &&
    (kind === "claim" || kind === "finding") &&
    Array.isArray(votes) &&
    votes.every(isVote) &&
    (decided === undefined || isDecided(decided)) &&
    (outcome === undefined || isPosition(outcome))
  );
}

function isVote(value: unknown): boolean {
  if (!isRecord(value) || !isPosition(value["position"])) return false;
  const { agents } = value;
  return (
    Array.isArray(agents) && agents.every((agent) => typeof agent === "string" && agent !== "")
  );
}

function isDecided(value: unknown): boolean {
  if (!isRecord(value) || !isPosition(value["position"])) return false;
  return value["by"] === "person" || value["by"] === "judge";
}

function isPosition(value: unknown): boolean {
  if (value === undefined) return false;
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length <= MAX_POSITION_CHARS;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
