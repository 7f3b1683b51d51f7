import { callsInOrder } from "../../../src/report/call-tree.ts";
import type { AttemptView, CallView } from "../../../src/report/call-view.ts";
import type { RunView } from "../../../src/report/run-view.ts";
import { duration, fewNames } from "./words.ts";
import { visible } from "./visible.ts";

/** The kind of a bar, which its shape shows. */
export type BarKind =
  | "queued"
  | "pause"
  | "working"
  | "answered"
  | "failed"
  | "timed-out"
  | "turned-away"
  | "late"
  | "person"
  | "person-open";

export interface Bar {
  readonly kind: BarKind;
  readonly fromMs: number;
  /** `null`: it continues. */
  readonly toMs: number | null;
}

/** The state of a call, in the displayed word. */
export type CallWord =
  | "answered"
  | "cached"
  | "failed"
  | "timed out"
  | "not asked"
  | "queued"
  | "working"
  | "waits"
  | "interrupted";

/** How many calls answered, failed to answer, and were not asked. */
export interface CallCounts {
  readonly answered: number;
  readonly others: number;
  readonly notAsked: number;
}

export function countCalls(lanes: readonly Lane[]): CallCounts {
  const words = lanes.filter(({ call }) => call !== undefined).map(({ word }) => word);
  const answered = words.filter((word) => word === "answered" || word === "cached").length;
  const notAsked = words.filter((word) => word === "not asked").length;
  return { answered, others: words.length - answered - notAsked, notAsked };
}

/** One row of the timeline. */
export interface Lane {
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly word: CallWord;
  readonly bars: readonly Bar[];
  /** How long it worked, or why there is nothing to show. */
  readonly end: string;
  /** The note in the row: where an answer came from, or why there is none. */
  readonly note?: string;
  /** `undefined` for the row of people. */
  readonly call?: CallView;
  /** How long its attempts waited, and how long they worked, in ms. */
  readonly queuedMs: number;
  readonly workedMs: number;
}

/** The rows of the timeline: calls, each with nested ones below, then the people. Times count from the run's beginning. */
export function lanesOf(run: RunView): readonly Lane[] {
  const lanes = callsInOrder(run).map((call) => laneOf(call, run));
  const person = personLane(run);
  return person === undefined ? lanes : [...lanes, person];
}

export const PERSON = "person";

function laneOf(call: CallView, run: RunView): Lane {
  const since = (atMs: number): number => Math.max(0, atMs - run.startedAtMs);
  const bars = call.attempts.flatMap((attempt, index) =>
    attemptBars(attempt, call.attempts[index - 1], since),
  );
  if (call.queued !== undefined && call.state !== "running") {
    bars.push({ kind: "queued", fromMs: since(call.queued.atMs), toMs: openEnd(run, since) });
  }
  const sum = (kinds: readonly BarKind[]): number =>
    bars
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((total, { fromMs, toMs }) => total + (toMs ?? since(run.lastAtMs)) - fromMs, 0);
  const queuedMs = sum(["queued"]);
  const last = call.attempts.at(-1);
  const workedMs =
    last === undefined ? 0 : since(last.endedAtMs ?? run.lastAtMs) - since(last.startedAtMs);
  const word = wordOf(call, run);
  const note = noteOf(call);
  const again = call.attempts.length > 1 ? `×${call.attempts.length} ` : "";
  return {
    id: call.callId,
    name: laneName(call),
    depth: call.team === "" ? 0 : call.team.split("/").length,
    word,
    bars,
    end: endOf(word, again, workedMs),
    ...(note !== undefined && { note }),
    call,
    queuedMs,
    workedMs,
  };
}

function endOf(word: CallWord, again: string, workedMs: number): string {
  switch (word) {
    case "answered":
    case "working":
      return again + duration(workedMs);
    case "failed":
    case "timed out":
      return "missing";
    case "cached":
      return "0 ms";
    case "not asked":
      return "—";
    case "queued":
    case "waits":
    case "interrupted":
      return word;
  }
}

/** An agent's name, with what distinguishes this call from its others. */
function laneName({ agent, via, role, questionKey }: CallView): string {
  const name = visible(agent);
  if (role === "judge") {
    return questionKey === undefined ? name : `${name}: ${visible(questionKey)}`;
  }
  if (via === undefined) return name;
  return via.why === "fallback" ? `${name}, stands in` : `${name}, asked again`;
}

function attemptBars(
  attempt: AttemptView,
  before: AttemptView | undefined,
  since: (atMs: number) => number,
): Bar[] {
  const bars: Bar[] = [];
  const from = attempt.queued?.atMs ?? attempt.startedAtMs;
  const ended = before?.endedAtMs ?? from;
  if (from > ended) bars.push({ kind: "pause", fromMs: since(ended), toMs: since(from) });
  if (attempt.queued !== undefined && attempt.startedAtMs > attempt.queued.atMs) {
    bars.push({
      kind: "queued",
      fromMs: since(attempt.queued.atMs),
      toMs: since(attempt.startedAtMs),
    });
  }
  const toMs = attempt.endedAtMs === null ? null : since(attempt.endedAtMs);
  bars.push({ kind: endKind(attempt), fromMs: since(attempt.startedAtMs), toMs });
  if (attempt.late !== undefined && toMs !== null && since(attempt.late.atMs) > toMs) {
    bars.push({ kind: "late", fromMs: toMs, toMs: since(attempt.late.atMs) });
  }
  return bars;
}

function endKind({ answered, endedAtMs, error, toldBy }: AttemptView): BarKind {
  if (answered) return "answered";
  if (endedAtMs === null) return "working";
  if (toldBy !== undefined) return "turned-away";
  return error?.code === "TIMEOUT" ? "timed-out" : "failed";
}

/** Where an unfinished bar ends: at the last known time, if the run stands still. */
function openEnd(run: RunView, since: (atMs: number) => number): number | null {
  return run.status === "running" ? null : since(run.lastAtMs);
}

function wordOf(call: CallView, run: RunView): CallWord {
  const goesOn = run.status === "running";
  switch (call.state) {
    case "ok":
      return call.reusedFrom !== undefined && call.attempts.length === 0 ? "cached" : "answered";
    case "failed":
      return call.error?.code === "TIMEOUT" ? "timed out" : "failed";
    case "skipped":
      return "not asked";
    case "running":
      return goesOn ? "working" : "interrupted";
    case "retrying":
      return goesOn ? "queued" : "interrupted";
    case "waiting":
      if (call.attempts.length > 0) return goesOn ? "queued" : "interrupted";
      return goesOn ? "queued" : "not asked";
  }
}

const REUSED = {
  cache: "from the cache",
  fork: "from the run before",
  joined: "asked by another run at the same time",
} as const;

function noteOf(call: CallView): string | undefined {
  if (call.reusedFrom !== undefined && call.attempts.length === 0) {
    return `${REUSED[call.reusedBy ?? "cache"]}, run ${visible(call.reusedFrom).slice(0, 8)}`;
  }
  if (call.state === "failed") return failureText(call.agent, call.error?.message ?? "");
  if (call.state === "skipped") return visible(call.detail ?? "");
  return undefined;
}

/** A failure, without repeating the agent's name that is shown beside it. */
function failureText(agent: string, message: string): string {
  const text = visible(message);
  const name = visible(agent);
  return text.startsWith(`${name} `) ? text.slice(name.length + 1).replace(/^failed: /, "") : text;
}

/** The row of the people who were asked. */
function personLane(run: RunView): Lane | undefined {
  const { open, decisions, waitingSinceMs } = run;
  if (open.length === 0 && decisions.length === 0) return undefined;
  const since = (atMs: number): number => Math.max(0, atMs - run.startedAtMs);
  const bars: Bar[] = decisions.map(({ askedAtMs, atMs }) => ({
    kind: "person",
    fromMs: since(askedAtMs ?? atMs),
    toMs: since(atMs),
  }));
  if (open.length > 0) {
    bars.push({ kind: "person-open", fromMs: since(waitingSinceMs ?? run.lastAtMs), toMs: null });
  }
  const who = fewNames([...new Set(decisions.map(({ by }) => visible(by ?? "a person")))]);
  return {
    id: PERSON,
    name: "a person",
    depth: 0,
    word: open.length > 0 ? "waits" : "answered",
    bars,
    end: open.length > 0 ? "waits" : "decided",
    ...(decisions.length > 0 && open.length === 0 && { note: who }),
    queuedMs: 0,
    workedMs: 0,
  };
}
