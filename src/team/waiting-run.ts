import { scopeOf } from "../model/call-place.ts";
import { History } from "../log/history.ts";
import { openQuestions, type OpenQuestion } from "../log/questions.ts";
import type { LiveEvent, RunEvent } from "../model/events.ts";
import { isConfiguredTeam, type ConfiguredTeam } from "./configure-team.ts";
import type { Whose } from "./whose-run.ts";

/** A run that has started to wait for a person. */
export interface WaitingRun extends Whose {
  readonly runId: string;
  /** The `seq` of the event that asks: together with `runId` it distinguishes this question from later ones of the run. */
  readonly askedAt: number;
  /** What a person should decide, and the options. */
  readonly questions: readonly OpenQuestion[];
  /** When a resolver first stops waiting, in ms since 1970; absent if they wait without limit. */
  readonly untilMs?: number;
}

/** How long the chains of a team and of its nested teams wait for a person, in ms. */
export function patienceOf({ team, members }: ConfiguredTeam): readonly number[] {
  const own = team.resolve.flatMap(({ withinMs }) =>
    typeof withinMs === "number" && Number.isFinite(withinMs) ? [withinMs] : [],
  );
  const nested = members.flatMap((configured) =>
    isConfiguredTeam(configured) ? patienceOf(configured) : [],
  );
  return [...new Set([...own, ...nested])];
}

/** When the waiting times of a run may be over, in ms since 1970, in order; read from its log. */
export function dueTimes(patience: readonly number[], events: readonly RunEvent[]): number[] {
  const [first] = events;
  const open = patience.length === 0 || first === undefined ? [] : openQuestions(events);
  if (first === undefined || open.length === 0) return [];
  const history = new History(first.runId, events);
  const dues = open.flatMap((question) => {
    const sinceMs = history.waitingSinceMs(scopeOf(question), question.verdict.subject);
    return sinceMs === undefined ? [] : patience.map((ms) => sinceMs + ms);
  });
  return dues.toSorted((a, b) => a - b);
}

/** The description of a waiting run, read from its log. */
export function waitingRun(
  patience: readonly number[],
  events: readonly RunEvent[],
): WaitingRun | undefined {
  const [first] = events;
  const asking = events.findLast(({ type }) => type === "run.waiting");
  if (first?.type !== "run.started" || asking === undefined) return undefined;
  const questions = openQuestions(events);
  if (questions.length === 0) return undefined;
  const { runId, tenant, tags } = first;
  const [untilMs] = dueTimes(patience, events);
  return {
    runId,
    ...(tenant !== undefined && { tenant }),
    ...(tags !== undefined && { tags }),
    askedAt: asking.seq,
    questions,
    ...(untilMs !== undefined && { untilMs }),
  };
}

/**
 * Watches the events that a run adds, and reports the run once the last of them says that it waits. It holds only what the report needs:
 * how the run began, and what it asked.
 */
export function tellsWaiting(
  patience: readonly number[],
  before: readonly RunEvent[],
  told: (waiting: WaitingRun) => void,
): (event: LiveEvent) => void {
  const held = before.filter(isOfWaiting);
  return (event) => {
    if (event.type === "call.progress" || !isOfWaiting(event)) return;
    held.push(event);
    const waiting = event.type === "run.waiting" ? waitingRun(patience, held) : undefined;
    if (waiting !== undefined) told(waiting);
  };
}

function isOfWaiting({ type }: RunEvent): boolean {
  return type === "run.started" || type === "run.waiting" || type === "person.decided";
}

const MAX_TOLD = 10_000;

/** Reports each question once, whoever finds that a run waits for it. */
export function onceAsked(told: (waiting: WaitingRun) => void): (waiting: WaitingRun) => void {
  const asked = new Map<string, number>();
  return (waiting) => {
    const { runId, askedAt } = waiting;
    if (asked.get(runId) === askedAt) return;
    asked.delete(runId);
    asked.set(runId, askedAt);
    const [oldest] = asked.keys();
    if (asked.size > MAX_TOLD && oldest !== undefined) asked.delete(oldest);
    told(waiting);
  };
}
