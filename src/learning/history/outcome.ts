import { STORE, TEXT } from "../../check/arguments.ts";
import { text } from "../../check/kinds.ts";
import { options, type Options } from "../../check/options.ts";
import { hear } from "../../model/hear.ts";
import { ABSENT, PRESENT } from "../../conflict/findings.ts";
import { cut } from "../../model/text.ts";
import { QuorateError } from "../../model/errors.ts";
import { scopeOf } from "../../model/call-place.ts";
import { todaysEvents } from "../../model/earlier-events.ts";
import type { RunEvent } from "../../model/events.ts";
import { REDACTED, takeJson, type Json } from "../../model/json.ts";
import type { Verdict } from "../../model/verdict.ts";
import type { Store } from "../../store/store.ts";
import { ballotOf, isSamePosition } from "./ballot.ts";
import { keepOutcome } from "./keep-ballot.ts";

export interface OutcomeOptions {
  /** The nested supervisor whose verdict it was, by its call; only needed where several decided about that subject. */
  readonly team?: string;
}

export const OUTCOME: Options<OutcomeOptions> = options({
  team: text("name the place of a nested supervisor"),
});

/** Who held what turned out true, and who did not. */
export interface Judged {
  readonly supervisor: string;
  readonly subject: string;
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Records what turned out to be true of a subject that a run decided about: `reliability()` learns from it how good the agents
 * are, and how much its confidence is worth. `truth` is a position, whether somebody held it or not; of a finding `"present"` or
 * `"absent"`. Recorded again, the last one counts; `undefined` takes it back. It is kept in the store beside the runs, also when the run is pruned.
 *
 * Rejects with `RUN_NOT_FOUND`, and with `BAD_OPTIONS` where the run has no verdict about that subject.
 */
export async function recordOutcome(
  store: Store,
  runId: string,
  subject: string,
  truth: Json | undefined,
  given: OutcomeOptions = {},
): Promise<Judged> {
  // It is looked at only after the log.
  hear(truth);
  const { team: wanted } = OUTCOME.of(given, "recordOutcome");
  STORE.needed().take(store, "recordOutcome: store");
  TEXT.take(runId, "recordOutcome: runId");
  TEXT.take(subject, "recordOutcome: subject");
  const events = todaysEvents(await store.read(runId));
  const first = events[0];
  if (first?.type !== "run.started") {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `the store has no run "${runId}"; list what there is with runs()`,
    );
  }
  const found = verdictAbout(first, events, subject, wanted);
  const { team, verdict, redacted } = found;
  if (redacted === true) {
    throw refusal(`the positions about "${subject}" were redacted: nothing says who was right`);
  }
  const outcome =
    truth === undefined ? undefined : truthAsKept(checkTruth(truth, verdict), verdict, first);
  const scope = scopeOf(found);
  const ballot = ballotOf({ runId, atMs: first.atMs, ...(scope !== "" && { callId: scope }) }, [
    verdict,
  ]);
  if (ballot === undefined) {
    throw refusal(`the positions about "${subject}" are too long to learn from`);
  }
  const name = team === undefined ? first.supervisor.name : agentOf(team, events);
  await keepOutcome(store.values, name, ballot, verdict, outcome);
  const holders = (same: boolean): readonly string[] =>
    outcome === undefined
      ? []
      : verdict.positions
          .filter(({ value }) => isSamePosition(value, outcome) === same)
          .flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));
  return { supervisor: name, subject, right: holders(true), wrong: holders(false) };
}

/** Whom a call asked. */
function agentOf(callId: string, events: readonly RunEvent[]): string {
  const call = events.find((event) => "role" in event && event.callId === callId);
  return call !== undefined && "agent" in call ? call.agent : callId;
}

type VerdictEvent = Extract<RunEvent, { type: "verdict.reached" }>;
type StartedEvent = Extract<RunEvent, { type: "run.started" }>;

/**
 * What is kept of a truth. Of a run that secrets are taken out of, nobody here can tell whether one that nobody held is secret: then only
 * that everybody was wrong is kept, and that teaches the same.
 */
function truthAsKept(truth: Json, { positions }: Verdict, { redact }: StartedEvent): Json {
  if (redact === undefined || truth === PRESENT || truth === ABSENT) return truth;
  const held = positions.find(({ value }) => isSamePosition(value, truth));
  return held === undefined ? REDACTED : held.value;
}

/** The latest verdict about a subject. */
function verdictAbout(
  { runId, redact }: StartedEvent,
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
    if (verdict.subject === subject && (wanted ?? team) === team) found.set(team, event);
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
