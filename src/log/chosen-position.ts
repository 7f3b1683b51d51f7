import { teamOf } from "../model/call-place.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { REDACTED, type Json } from "../model/json.ts";
import { clip, cut } from "../model/text.ts";
import type { Decided, OpenQuestion } from "./questions.ts";
import type { Redactor } from "./redact.ts";

/** What a person decides about a subject that a run waits for: for a position that is named as `winner`, or by its `index`. */
export interface HumanDecision {
  /** As `openQuestions` shows it. */
  readonly subject: string;
  /** One of the positions' values, as `openQuestions` shows them. */
  readonly winner?: Json;
  /** The place of the position among those that `openQuestions` shows, from 0: for two that look the same once secrets are taken out. */
  readonly index?: number;
  readonly why: string;
  /** Who, as they call themselves. */
  readonly by?: string;
  /** The nested supervisor that the subject belongs to, by its call; only needed where several wait for one of that name. */
  readonly team?: string;
  /** The `question` of an open question; only needed where two of one team look the same once secrets are taken out. */
  readonly question?: number;
}

/** What is known of the secrets of a run. */
export interface Knowing {
  /** Takes secrets out of what a person wrote. */
  readonly redact: Redactor | undefined;
  /** `redact` has seen all that was taken out of the run so far. */
  readonly knowsSecrets: boolean;
}

const MAX_WHY = 10_000;
const MAX_BY = 200;
const MAX_SHOWN = 100;

interface Choosing extends Knowing {
  /** Those that may be decided about. */
  readonly questions: readonly OpenQuestion[];
}

/** A decision as it is kept, by the place of the position: what stands there may be not what it was. */
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

/** What a person wrote as it is kept: nothing of it where nobody knows what of it is a secret of the run. */
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
  /** Secrets are taken out of the run: what the person wrote may be one, and is not repeated. */
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
  // Who knows the secret may name the position as it was.
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
  throw noSuchPosition(`nobody holds ${what} about "${subject}"; decide for one of ${values}`);
}

/** A position as a message shows it: one may be megabytes, and the others are to be read too. */
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
    const next = hasEnded ? "the run has ended since" : "resume the run to go on with that";
    throw new QuorateError(
      "ALREADY_DECIDED",
      `a person has decided about ${what} in run "${runId}" already; ${next}`,
    );
  }
  if (events.at(-1)?.type === "run.cancelled") {
    throw refusal(`run "${runId}" was cancelled; resume it, and decide once it waits again`);
  }
  if (open.length === 0) throw refusal(`run "${runId}" does not wait for anybody`);
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
