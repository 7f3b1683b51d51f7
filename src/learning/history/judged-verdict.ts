import { ABSENT, PRESENT } from "../../conflict/findings.ts";
import { scopeOf } from "../../model/call-place.ts";
import { todaysEvents } from "../../model/earlier-events.ts";
import { QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import { REDACTED, takeJson, type Json } from "../../model/json.ts";
import { cut } from "../../model/text.ts";
import type { Verdict } from "../../model/verdict.ts";
import { ballotOf, isSamePosition, type Ballot } from "./ballot.ts";

type VerdictEvent = Extract<RunEvent, { type: "verdict.reached" }>;
type RunStartedEvent = Extract<RunEvent, { type: "run.started" }>;

/** A verdict that it turned out about what is true, and where that is kept. */
export interface JudgedVerdict {
  readonly verdict: Verdict;
  /** The supervisor that reached it. */
  readonly supervisor: string;
  readonly ballot: Ballot;
  /** What is kept of the truth. */
  readonly truth: Json | undefined;
}

/** What a truth is about. */
export interface TruthSubject {
  readonly subject: string;
  readonly truth: Json | undefined;
  readonly team: string | undefined;
}

/**
 * Reads a run's log for truths about its verdicts. Throws `RUN_NOT_FOUND` where there is no such run; the function that it makes
 * throws `BAD_OPTIONS` where the run has no verdict about a subject, or nothing can be learned of it.
 */
export function verdictReader(
  runId: string,
  recorded: readonly RunEvent[],
): (about: TruthSubject) => JudgedVerdict {
  const events = todaysEvents(recorded);
  const [first] = events;
  if (first?.type !== "run.started") {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `the store has no run "${runId}"; list what there is with runs()`,
    );
  }
  return ({ subject, truth, team: wanted }) => {
    const found = verdictAbout(first, events, subject, wanted);
    const { team, verdict, redacted } = found;
    if (redacted === true) {
      throw refusal(`the positions about "${subject}" were redacted: nothing says who was right`);
    }
    const kept =
      truth === undefined ? undefined : truthAsKept(checkTruth(truth, verdict), verdict, first);
    const scope = scopeOf(found);
    const taught = { runId, atMs: first.atMs, ...(scope !== "" && { callId: scope }) };
    const ballot = ballotOf(taught, [verdict]);
    if (ballot === undefined) {
      throw refusal(`the positions about "${subject}" are too long to learn from`);
    }
    const supervisor = team === undefined ? first.supervisor.name : agentOf(team, events);
    return { verdict, supervisor, ballot, truth: kept };
  };
}

/** Whom a call asked. */
function agentOf(callId: string, events: readonly RunEvent[]): string {
  const call = events.find((event) => "role" in event && event.callId === callId);
  return call !== undefined && "agent" in call ? call.agent : callId;
}

/**
 * What is kept of a truth. Of a run that secrets are taken out of, nobody here can tell whether one that nobody held is secret: then only
 * that everybody was wrong is kept, and that teaches the same.
 */
function truthAsKept(truth: Json, { positions }: Verdict, { redact }: RunStartedEvent): Json {
  if (redact === undefined || truth === PRESENT || truth === ABSENT) return truth;
  const held = positions.find(({ value }) => isSamePosition(value, truth));
  return held === undefined ? REDACTED : held.value;
}

/** The latest verdict about a subject. */
function verdictAbout(
  { runId, redact }: RunStartedEvent,
  events: readonly RunEvent[],
  subject: string,
  wanted: string | undefined,
): VerdictEvent {
  const found = new Map<string, VerdictEvent>();
  const subjects = new Set<string>();
  for (const event of events) {
    if (event.type !== "verdict.reached") continue;
    const { team = "", verdict } = event;
    subjects.add(`"${cut(verdict.subject, 80)}"`);
    const isWanted = wanted === undefined || wanted === team || wanted === scopeOf(event);
    if (verdict.subject === subject && isWanted) found.set(team, event);
  }
  const own = found.get("");
  if (own !== undefined) return own;
  const [only, another] = found.values();
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    const teams = [...found.keys()].map((team) => `"${team}"`).join(", ");
    throw refusal(
      `several teams of run "${runId}" decided about "${subject}"; name one as team: ${teams}`,
    );
  }
  const known = [...subjects].slice(0, 10).join(", ");
  const what = redact === undefined ? `"${subject}"` : "that subject";
  throw refusal(
    subjects.size === 0
      ? `run "${runId}" decided about nothing`
      : `run "${runId}" has no verdict about ${what}; it has ${known}${subjects.size > 10 ? ", …" : ""}`,
  );
}

function checkTruth(truth: Json, { kind, subject }: Verdict): Json {
  const taken = takeJson(truth, MAX_TRUTH_BYTES);
  if (taken.fault !== undefined) {
    throw refusal(`what is true of "${subject}" ${taken.fault.why}; use a plain JSON value`);
  }
  const value = taken.value as Json;
  if (kind === "claim" || value === "present" || value === "absent") return value;
  throw refusal(`what is true of a finding is "present" or "absent"`);
}

const MAX_TRUTH_BYTES = 1_000;

function refusal(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", why);
}
