import { canonicalJson, type Json } from "../../model/json.ts";
import { MAX_POSITION_CHARS, type Ballot, type BallotSubject } from "./ballot.ts";

/** A ballot from a store; `undefined` for anything else: a run must not fail because of what another one has written. */
export function parseBallot(value: Json | undefined): Ballot | undefined {
  if (!isRecord(value)) return undefined;
  const { runId, callId, atMs, subjects } = value;
  const sound =
    typeof runId === "string" &&
    (callId === undefined || typeof callId === "string") &&
    typeof atMs === "number" &&
    Array.isArray(subjects) &&
    subjects.every(isSubject);
  if (!sound) return undefined;
  const ballot = value as unknown as Ballot;
  const hasEarlier = (subjects as readonly object[]).some((one) => Object.hasOwn(one, EARLIER));
  return hasEarlier ? { ...ballot, subjects: ballot.subjects.map(todaysSubject) } : ballot;
}

/** Earlier versions' name of a truth, which had only its value. */
const EARLIER = "outcome";

function todaysSubject(subject: BallotSubject): BallotSubject {
  const { [EARLIER]: value, ...rest } = subject as BallotSubject & {
    readonly [EARLIER]?: Json;
  };
  return value === undefined || rest.truth !== undefined ? rest : { ...rest, truth: { value } };
}

function isSubject(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const {
    subject,
    kind,
    votes,
    decided,
    truth,
    [EARLIER]: earlier,
  } = value as Partial<Record<keyof BallotSubject | typeof EARLIER, unknown>>;
  return (
    typeof subject === "string" &&
    (kind === "claim" || kind === "finding") &&
    Array.isArray(votes) &&
    votes.every(isVote) &&
    (decided === undefined || isDecided(decided)) &&
    (truth === undefined || isTruth(truth)) &&
    (earlier === undefined || isPosition(earlier))
  );
}

function isVote(value: unknown): boolean {
  if (!isRecord(value) || !isPosition(value["position"])) return false;
  const { agents } = value;
  return (
    Array.isArray(agents) && agents.every((agent) => typeof agent === "string" && agent !== "")
  );
}

function isTruth(value: unknown): boolean {
  if (!isRecord(value) || !isPosition(value["value"])) return false;
  const { by, atMs } = value;
  return (
    (by === undefined || typeof by === "string") && (atMs === undefined || typeof atMs === "number")
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
