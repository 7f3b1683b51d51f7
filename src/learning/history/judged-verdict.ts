import { ABSENT, PRESENT } from "../../conflict/findings.ts";
import { scopeOf } from "../../model/call-place.ts";
import { todaysEvents } from "../../model/earlier-events.ts";
import { QuorateError } from "../../model/errors.ts";
import type { RunEvent } from "../../model/events.ts";
import { REDACTED, takeJson, type Json } from "../../model/json.ts";
import { cut } from "../../model/text.ts";
import type { RunTaught } from "../../resolve/resolver.ts";
import { ballotOf, isSamePosition, type BallotSubject } from "./ballot.ts";
import type { KeptBallot } from "./kept-ballots.ts";

type VerdictEvent = Extract<RunEvent, { type: "verdict.reached" }>;
type RunStartedEvent = Extract<RunEvent, { type: "run.started" }>;

/** A verdict for which a truth is recorded, and where that is kept. */
export interface JudgedVerdict {
  /** What it was about, and who held what. */
  readonly about: BallotSubject;
  /** The supervisor that reached it. */
  readonly supervisor: string;
  readonly run: RunTaught;
  /** The form in which the truth is kept. */
  readonly truth: Json | undefined;
}

/** What a truth is about. */
export interface TruthSubject {
  readonly subject: string;
  readonly truth: Json | undefined;
  readonly team: string | undefined;
}

/**
 * Reads a run's log for truths about its verdicts. Throws `RUN_NOT_FOUND` if there is no such run; the returned function
 * throws `BAD_OPTIONS` if the run has no verdict about a subject, or nothing can be learned from it.
 */
export function verdictReader(
  runId: string,
  recorded: readonly RunEvent[],
): (about: TruthSubject) => JudgedVerdict {
  const events = todaysEvents(recorded);
  const [first] = events;
  if (first?.type !== "run.started") throw noRun(runId);
  return ({ subject, truth, team: wanted }) => {
    const found = verdictAbout(first, events, subject, wanted);
    const { team, verdict, redacted } = found;
    if (redacted === true) {
      throw refusal(`the positions about "${subject}" were redacted: nothing says who was right`);
    }
    const value = truth === undefined ? undefined : checkTruth(truth, verdict);
    const scope = scopeOf(found);
    const run = { runId, atMs: first.atMs, ...(scope !== "" && { callId: scope }) };
    const [about] = ballotOf(run, [verdict])?.subjects ?? [];
    if (about === undefined) {
      throw refusal(`the positions about "${subject}" are too long to learn from`);
    }
    const supervisor = team === undefined ? first.supervisor.name : agentOf(team, events);
    const mayBeSecret = first.redact !== undefined;
    return { about, supervisor, run, truth: truthAsKept(value, about, mayBeSecret) };
  };
}

/**
 * The same for a run whose log was pruned, from the ballots that are kept of it; `RUN_NOT_FOUND` if there are none. It is unknown
 * whether secrets were taken out of the run.
 */
export function ballotReader(
  runId: string,
  kept: readonly KeptBallot[],
): (about: TruthSubject) => JudgedVerdict {
  if (kept.length === 0) throw noRun(runId);
  return ({ subject, truth, team: wanted }) => {
    const found = new Map<string, Omit<JudgedVerdict, "truth">>();
    const subjects = new Set<string>();
    for (const { supervisor, ballot } of kept) {
      const { subjects: all, ...run } = ballot;
      const { callId = "" } = run;
      for (const about of all) {
        subjects.add(about.subject);
        const isWanted = wanted === undefined || wanted === callId;
        if (about.subject === subject && isWanted) found.set(callId, { about, supervisor, run });
      }
    }
    const one = oneOf(found, runId, subject);
    if (one === undefined) {
      throw refusal(
        `run "${runId}" was pruned, and of its verdicts only ${listOf(subjects)} is kept`,
      );
    }
    const value = truth === undefined ? undefined : checkTruth(truth, one.about);
    const known = one.about.truth?.value;
    const isKnown = value !== undefined && known !== undefined && isSamePosition(value, known);
    return { ...one, truth: isKnown ? known : truthAsKept(value, one.about, true) };
  };
}

/** The agent that a call asked. */
function agentOf(callId: string, events: readonly RunEvent[]): string {
  const call = events.find((event) => "role" in event && event.callId === callId);
  return call !== undefined && "agent" in call ? call.agent : callId;
}

/**
 * The form in which a truth is kept. If secrets are taken out of the run, it is unknown whether a truth that nobody held is secret: then only
 * the fact that everybody was wrong is kept, which teaches the same.
 */
function truthAsKept(
  truth: Json | undefined,
  { votes }: BallotSubject,
  mayBeSecret: boolean,
): Json | undefined {
  if (!mayBeSecret || truth === undefined || truth === PRESENT || truth === ABSENT) return truth;
  const held = votes.find(({ position }) => isSamePosition(position, truth));
  return held === undefined ? REDACTED : held.position;
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
    subjects.add(verdict.subject);
    const isWanted = wanted === undefined || wanted === team || wanted === scopeOf(event);
    if (verdict.subject === subject && isWanted) found.set(team, event);
  }
  const one = oneOf(found, runId, subject);
  if (one !== undefined) return one;
  const what = redact === undefined ? `"${subject}"` : "that subject";
  throw refusal(
    subjects.size === 0
      ? `run "${runId}" has no verdicts`
      : `run "${runId}" has no verdict about ${what}; it has ${listOf(subjects)}`,
  );
}

/** By team: the run's own, else the only one. */
function oneOf<T>(found: ReadonlyMap<string, T>, runId: string, subject: string): T | undefined {
  const own = found.get("");
  if (own !== undefined || found.size === 0) return own;
  const [only] = found.values();
  if (found.size === 1) return only;
  const teams = [...found.keys()].map((team) => `"${team}"`).join(", ");
  throw refusal(
    `several teams of run "${runId}" decided about "${subject}"; name one as team: ${teams}`,
  );
}

const MAX_LISTED = 10;

function listOf(subjects: ReadonlySet<string>): string {
  const listed = [...subjects].slice(0, MAX_LISTED).map((subject) => `"${cut(subject, 80)}"`);
  return `${listed.join(", ")}${subjects.size > MAX_LISTED ? ", …" : ""}`;
}

function checkTruth(truth: Json, { kind, subject }: Pick<BallotSubject, "kind" | "subject">): Json {
  const taken = takeJson(truth, MAX_TRUTH_BYTES);
  if (taken.fault !== undefined) {
    throw refusal(`the truth about "${subject}" ${taken.fault.why}; use a plain JSON value`);
  }
  const value = taken.value as Json;
  if (kind === "claim" || value === "present" || value === "absent") return value;
  throw refusal(`the truth about a finding is "present" or "absent"`);
}

const MAX_TRUTH_BYTES = 1_000;

function noRun(runId: string): QuorateError {
  return new QuorateError(
    "RUN_NOT_FOUND",
    `the store has no run "${runId}"; list what there is with runs()`,
  );
}

function refusal(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", why);
}
