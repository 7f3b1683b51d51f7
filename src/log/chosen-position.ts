import { teamOf } from "../model/call-place.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { REDACTED, type Json } from "../model/json.ts";
import { clip, cut } from "../model/text.ts";
import type { Decided, OpenQuestion } from "./questions.ts";
import type { Redactor } from "./redact.ts";

/** A person's decision about a subject for which a run waits: the position is given as `winner`, or by its `index`. */
export interface HumanDecision {
  /** As `openQuestions` returns it. */
  readonly subject: string;
  /** The value of one of the positions, as `openQuestions` returns them. */
  readonly winner?: Json;
  /** The index of the position among those of `openQuestions`, from 0: for two that look the same once secrets are taken out. */
  readonly index?: number;
  readonly why: string;
  /** The person's name, as given. */
  readonly by?: string;
  /** The call of the nested supervisor that the subject belongs to; only needed if several wait for one of that name. */
  readonly team?: string;
  /** The `question` of an open question; only needed if two of one team look the same once secrets are taken out. */
  readonly question?: number;
}

/** What is known about the secrets of a run. */
export interface Knowing {
  /** Takes secrets out of what a person wrote. */
  readonly redact: Redactor | undefined;
  /** `redact` has seen everything that was taken out of the run so far. */
  readonly knowsSecrets: boolean;
}

const MAX_WHY = 10_000;
const MAX_BY = 200;
const MAX_SHOWN = 100;

interface Choosing extends Knowing {
  /** The questions that may be decided. */
  readonly questions: readonly OpenQuestion[];
}

/** A decision in the form of the log, by the index of the position, because its value may be redacted there. */
export function chosen(
  runId: string,
  events: readonly RunEvent[],
  decision: HumanDecision,
  { redact, knowsSecrets, questions }: Choosing,
): Decided {
  const [first] = events;
  if (first === undefined) {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `the store has no run "${runId}"; list what there is with runs()`,
    );
  }
  const isSecret = first.type === "run.started" && first.redact !== undefined;
  const open = questionFor(runId, events, questions, decision, isSecret);
  const { question, verdict } = open;
  const { subject, positions } = verdict;
  const index = indexFor(subject, positions, decision, { redact, isSecret });
  const winner = positions[index]?.value ?? null;
  const { why, by } = decision;
  const written = (text: string, most: number): string =>
    writtenBy(text, most, first, { redact, knowsSecrets });
  return {
    type: "person.decided",
    ...teamOf(open),
    subject,
    ...(question !== undefined && { question }),
    index,
    winner,
    why: written(why, MAX_WHY),
    ...(by !== undefined && { by: written(by, MAX_BY) }),
  };
}

/** A person's text in the form of the log: nothing of it if its secrets are unknown. */
export function writtenBy(
  text: string,
  most: number,
  first: RunEvent,
  { redact, knowsSecrets }: Knowing,
): string {
  const isSecret = first.type === "run.started" && first.redact !== undefined;
  const withheld = isSecret && (redact === undefined || (redact.byPaths && !knowsSecrets));
  return withheld && text !== "" ? REDACTED : cut(redact?.text(text) ?? text, most);
}

interface Wanted {
  readonly redact: Redactor | undefined;
  /** Secrets are taken out of the run: the person's text may be one, and is not repeated. */
  readonly isSecret: boolean;
}

function indexFor(
  subject: string,
  positions: readonly Position[],
  { index, winner }: HumanDecision,
  { redact, isSecret }: Wanted,
): number {
  const listed = positions.map(({ value }, at) => `${briefly(value)} (index ${at})`);
  if (index !== undefined) {
    const position = positions[index];
    if (position === undefined) {
      throw noSuchPosition(
        `there is no position ${index} about "${subject}"; there are ${listed.join(", ")}`,
      );
    }
    if (winner === undefined || foldedKey(position.value) === foldedKey(winner)) return index;
    throw refusal(
      `winner is not the position with index ${index} about "${subject}"; give one of both`,
    );
  }
  const look = (wanted: Json): readonly number[] =>
    positions.flatMap(({ value }, at) => (foldedKey(value) === foldedKey(wanted) ? [at] : []));
  const wanted = winner as Json;
  const exact = look(wanted);
  // A person who knows the secret may give the position as it was.
  const found =
    exact.length > 0 || redact === undefined ? exact : look(redact.value(wanted, "position"));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    const holders = found.map((at) => {
      const names = positions[at]?.heldBy.map(({ agent }) => agent).join(", ");
      return `${at} (held by ${names === "" ? "nobody" : names})`;
    });
    throw refusal(
      `${found.length} positions about "${subject}" look the same once secrets are taken out; name one by its index: ${holders.join(", ")}`,
    );
  }
  const values = positions.map(({ value }) => briefly(value)).join(", ");
  const what = isSecret ? "that" : briefly(wanted);
  throw noSuchPosition(`no agent holds ${what} about "${subject}"; decide for one of ${values}`);
}

/** A position for a message, shortened: one may be megabytes, and the others must be readable, too. */
function briefly(position: Json): string {
  return clip(JSON.stringify(position), MAX_SHOWN);
}

function questionFor(
  runId: string,
  events: readonly RunEvent[],
  open: readonly OpenQuestion[],
  { subject, team, question: number }: HumanDecision,
  isSecret: boolean,
): OpenQuestion {
  const asked = open.filter(
    (one) =>
      one.verdict.subject === subject &&
      (team === undefined || one.team === team) &&
      (number === undefined || one.question === number),
  );
  const [only, another] = asked;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) {
    const teams = new Set(asked.map((one) => `"${one.team ?? ""}"`));
    if (teams.size > 1) {
      throw refusal(
        `several teams of run "${runId}" wait for "${subject}"; name one as team: ${[...teams].join(", ")}`,
      );
    }
    const numbers = asked.map(({ question }) => question).join(", ");
    throw refusal(
      `run "${runId}" waits for several subjects that look like "${subject}"; name one as question: ${numbers}`,
    );
  }
  const isDecided = events.some(
    (event) =>
      event.type === "person.decided" &&
      event.subject === subject &&
      (team === undefined || event.team === team) &&
      (number === undefined || event.question === number),
  );
  if (isDecided) {
    const what = isSecret ? "that subject" : `"${subject}"`;
    const hasEnded = events.at(-1)?.type === "run.finished";
    const next = hasEnded
      ? "the run has ended since"
      : "resume the run to continue with that decision";
    throw new QuorateError(
      "ALREADY_DECIDED",
      `a person has decided about ${what} in run "${runId}" already; ${next}`,
    );
  }
  if (events.at(-1)?.type === "run.cancelled") {
    throw refusal(`run "${runId}" was cancelled; resume it, and decide once it waits again`);
  }
  if (open.length === 0) throw refusal(`run "${runId}" does not wait for a person`);
  const subjects = open.map(({ verdict }) => `"${verdict.subject}"`).join(", ");
  const what = isSecret ? "that subject" : `"${subject}"`;
  throw refusal(`run "${runId}" does not wait for ${what}; it waits for ${subjects}`);
}

function noSuchPosition(why: string): QuorateError {
  return new QuorateError("NO_SUCH_POSITION", why);
}

export function refusal(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", why);
}
