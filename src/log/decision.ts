import { Cancellation } from "../async/cancellation.ts";
import { STORE, TEXT } from "../check/arguments.ts";
import { anything, thing } from "../check/kinds.ts";
import { options, type Option, type Options } from "../check/options.ts";
import { objectsIn } from "../check/given.ts";
import { systemClock } from "../async/clock.ts";
import { hear } from "../model/hear.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Position } from "../model/conflict.ts";
import { clip, cut } from "../model/text.ts";
import { QuorateError } from "../model/errors.ts";
import { teamOf, type TeamPlace } from "../model/call-place.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import type { EventBody, RunEvent } from "../model/events.ts";
import { REDACTED, type Json } from "../model/json.ts";
import { fromStore } from "./from-store.ts";
import { letGo, takeRun } from "./owning.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Store } from "../store/store.ts";
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

/** A subject that a run waits for, and what there is to choose from. */
export interface OpenQuestion extends TeamPlace {
  readonly verdict: Verdict;
  /** Its place among all that the run waits for, from 0. */
  readonly question?: number;
}

/** What a run waits for a person to decide, in the order of its log; nothing for a run that does not wait. */
export function openQuestions(events: readonly RunEvent[]): readonly OpenQuestion[] {
  const all = todaysEvents(objectsIn(events, "openQuestions"));
  const last = all.findLastIndex(({ type }) => type === "run.waiting");
  const waiting = all[last];
  if (waiting?.type !== "run.waiting") return [];
  const decided = new Set<number>();
  for (const event of all.slice(last + 1)) {
    if (event.type !== "person.decided") return [];
    decided.add(questionOf(waiting, event));
  }
  return waiting.verdicts.flatMap((open, question) =>
    decided.has(question) ? [] : [{ ...open, question }],
  );
}

type Decided = Extract<EventBody, { type: "person.decided" }>;
type Asked = Extract<EventBody, { type: "run.waiting" }>;

/** Which of the questions a decision is about; -1 for none of them. */
export function questionOf({ verdicts }: Asked, decided: Decided): number {
  const { question, team, subject } = decided;
  // Decisions of earlier versions of this package name only the subject.
  return (
    question ?? verdicts.findIndex((one) => one.team === team && one.verdict.subject === subject)
  );
}

/**
 * Records what a person decided, and nothing else: the run goes on when it is resumed. Rejects with `RUN_NOT_FOUND`, with
 * `RUN_OWNED` while somebody drives the run, `ALREADY_DECIDED` when a person has decided about that subject, `NO_SUCH_POSITION` when nobody
 * holds `winner`, and with `BAD_OPTIONS` when the run does not wait for that subject, or two positions look like `winner`.
 *
 * Of a run whose supervisor has `redact`, only which position was chosen is kept: what is secret in `why` and in `by` only its
 * supervisor knows. Its own `decide` keeps them, by paths only in the process that the run went to sleep in.
 */
export async function decide(store: Store, runId: string, decision: HumanDecision): Promise<void> {
  STORE.needed().take(store, "decide: store");
  TEXT.take(runId, "decide: runId");
  return recordDecision(store, runId, decision, {
    redact: undefined,
    knowsSecrets: false,
    nowMs: () => systemClock.now(),
  });
}

/** What the run of a decision brings along. */
export interface Recording {
  /** Takes secrets out of what the person wrote. */
  readonly redact: Redactor | undefined;
  /** `redact` has seen all that was taken out of the run so far. */
  readonly knowsSecrets: boolean;
  readonly nowMs: () => number;
}

/** As `decide`: the decision is kept when this resolves, as it may be seen. */
export async function recordDecision(
  store: Store,
  runId: string,
  given: HumanDecision,
  { nowMs, ...known }: Recording,
): Promise<void> {
  // It is looked at only after the log.
  hear(given);
  const decision = DECISION.of(given, "the decision");
  if (decision.winner === undefined && decision.index === undefined) {
    throw refusal("the decision: neither winner nor index says which position; give one");
  }
  const before = todaysEvents(await fromStore(() => store.read(runId)));
  // Before the run is taken: a decision that is refused leaves it alone.
  chosen(runId, before, decision, known);
  const fence = await takeRun(store, systemClock, runId, new Cancellation());
  try {
    // Somebody may have decided until it was taken.
    const since = await fromStore(() => store.read(runId, before.length));
    const events = todaysEvents([...before, ...since]);
    const body = chosen(runId, events, decision, known);
    const place = { runId, seq: events.length + 1, atMs: Math.round(nowMs()) };
    await fromStore(() => store.append([{ ...body, ...place }], fence));
  } finally {
    await letGo(store, systemClock, runId, fence);
  }
}

const MAX_WHY = 10_000;
const MAX_BY = 200;
const MAX_SHOWN = 100;

/** A decision as it is kept, by the place of the position: what stands there may be not what it was. */
function chosen(
  runId: string,
  events: readonly RunEvent[],
  decision: HumanDecision,
  { redact, knowsSecrets }: Omit<Recording, "nowMs">,
): Decided {
  const [first] = events;
  if (first === undefined) {
    throw new QuorateError(
      "RUN_NOT_FOUND",
      `the store has no run "${runId}"; list what there is with runs()`,
    );
  }
  const isSecret = first.type === "run.started" && first.redact !== undefined;
  const withheld = isSecret && (redact === undefined || (redact.byPaths && !knowsSecrets));
  const open = questionFor(runId, events, decision, isSecret);
  const { question, verdict } = open;
  const { subject, positions } = verdict;
  const index = indexFor(subject, positions, decision, { redact, isSecret });
  const winner = positions[index]?.value ?? null;
  const written = (text: string, most: number): string =>
    withheld && text !== "" ? REDACTED : cut(redact?.text(text) ?? text, most);
  const { why, by } = decision;
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
  { subject, team, question: number }: HumanDecision,
  isSecret: boolean,
): OpenQuestion {
  const open = openQuestions(events);
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
  if (open.length === 0) throw refusal(`run "${runId}" does not wait for anybody`);
  const subjects = open.map(({ verdict }) => `"${verdict.subject}"`).join(", ");
  const what = isSecret ? "that subject" : `"${subject}"`;
  throw refusal(`run "${runId}" does not wait for ${what}; it waits for ${subjects}`);
}

// Without a value of it: it may be secret.
const words = (instead: string): Option<string | undefined> =>
  thing("text", (given) => typeof given === "string", instead);

export const DECISION: Options<HumanDecision> = options({
  subject: words("use one that openQuestions() shows").needed(),
  winner: anything(),
  index: thing("whole number", Number.isSafeInteger, "use the place of a position, from 0"),
  why: words("say it in a sentence").needed(),
  by: words("use a name"),
  team: words("name the place of a nested supervisor"),
  question: thing("whole number", Number.isSafeInteger, "use the one that openQuestions() shows"),
});

function noSuchPosition(why: string): QuorateError {
  return new QuorateError("NO_SUCH_POSITION", why);
}

function refusal(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", why);
}
