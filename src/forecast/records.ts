import { addCost, NO_COST, type Cost } from "../model/call.ts";
import { todaysEvents } from "../model/earlier-events.ts";
import { CallPlaces } from "../log/call-places.ts";
import type { RunEvent } from "../model/events.ts";
import type { Store } from "../store/store.ts";
import { meansOf, PanelRounds, type PanelRecord } from "./panel-rounds.ts";

/** What earlier runs cost at a place. */
export interface Recorded {
  /** For a run in which the agent there was asked; `undefined` if no run has a known cost. */
  readonly micros: number | undefined;
  readonly durationMs: number;
  /** How often the agent there was asked in a run. */
  readonly calls: number;
  /** In which share of the runs the agent there was asked at all. */
  readonly share: number;
  /** In which round of a panel, from 1; 1 without a panel. */
  readonly round: number;
}

/** What earlier runs cost. */
export interface Records {
  /** How many they are. */
  readonly runs: number;
  /** Medians over the runs in which the member at that place was asked; `undefined` if there are none. */
  member(place: string): Recorded | undefined;
  /** Whether the panel of some run did not need the member at that place. */
  leftOut(place: string): boolean;
  /** Medians over all runs, including those in which it had nothing to decide; `undefined` if there is no run. */
  judge(place: string): Recorded | undefined;
  /** The median time that a team's agents took to decide, from the first question to the last answer; 0 if none were asked. */
  judgingMs(team: string): number;
  /** Means over the runs whose own team was asked by a panel, including those that explored; `undefined` if there are none. */
  readonly panel: PanelRecord | undefined;
}

const MAX_RUNS = 50;

/** What the last finished runs of a supervisor cost. */
export async function recordsOf(store: Store, supervisor: string): Promise<Records> {
  const ended = await store.runs({ team: supervisor, status: ENDED, limit: MAX_RUNS });
  const runs: OneRun[] = [];
  for (const { runId } of ended) runs.push(runOf(todaysEvents(await store.read(runId))));

  const medians = (spent: readonly RecordedCost[]): Recorded | undefined => {
    if (spent.length === 0) return undefined;
    const known = spent.flatMap(({ cost: { usdMicros } }) =>
      usdMicros === "unknown" ? [] : [usdMicros],
    );
    return {
      micros: known.length === 0 ? undefined : median(known),
      durationMs: median(spent.map(({ durationMs }) => durationMs)),
      calls: median(spent.map(({ calls }) => calls)),
      share: spent.length / runs.length,
      round: median(spent.map(({ round }) => round)),
    };
  };
  return {
    runs: runs.length,
    member: (place) => medians(runs.flatMap(({ places }) => places.get(place) ?? [])),
    leftOut: (place) => runs.some(({ leftOut }) => leftOut.has(place)),
    judge: (place) => medians(runs.map(({ places }) => places.get(place) ?? NOT_ASKED)),
    judgingMs: (team) =>
      runs.length === 0 ? 0 : median(runs.map(({ judging }) => spanOf(judging.get(team)))),
    panel: meansOf(runs.flatMap(({ panel }) => panel ?? [])),
  };
}

const ENDED = ["complete", "partial", "failed"] as const;

interface RecordedCost {
  readonly cost: Cost;
  readonly durationMs: number;
  readonly calls: number;
  readonly round: number;
}

const NOT_ASKED: RecordedCost = Object.freeze({ cost: NO_COST, durationMs: 0, calls: 0, round: 1 });

interface OneRun {
  readonly places: ReadonlyMap<string, RecordedCost>;
  /** By team: when its agents were first asked to decide, and when the last had answered. */
  readonly judging: ReadonlyMap<string, RecordedSpan>;
  readonly panel: PanelRecord | undefined;
  /** The places of members that a panel did not ask. */
  readonly leftOut: ReadonlySet<string>;
}

interface RecordedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

function runOf(events: readonly RunEvent[]): OneRun {
  const places = new Map<string, RecordedCost>();
  const judging = new Map<string, RecordedSpan>();
  const calls = new CallPlaces();
  const panel = new PanelRounds(calls);
  const leftOut = new Set<string>();
  for (const event of events) {
    if ("role" in event) calls.add(event);
    panel.add(event);
    if (event.type === "call.skipped" && event.reason === "panel") {
      leftOut.add(calls.whereIs(event));
    }
    const started = event.type === "call.started";
    if (!started && event.type !== "call.succeeded" && event.type !== "call.failed") continue;
    // A member's fallbacks and its more expensive tiers count for the member.
    const place = calls.whereIs(calls.firstOf(event));
    if (event.role === "judge") {
      const team = calls.whereIsTeam(event.team);
      const { fromMs } = judging.get(team) ?? { fromMs: event.atMs };
      judging.set(team, { fromMs, toMs: event.atMs });
    }
    // A call that was refused was not made.
    if (started || event.attempt === 0) continue;
    const before = places.get(place) ?? NOT_ASKED;
    places.set(place, {
      cost: addCost(before.cost, event.cost),
      durationMs: before.durationMs + event.durationMs,
      calls: before.calls + 1,
      round: panel.roundOf(place) ?? 1,
    });
  }
  return { places, judging, panel: panel.record, leftOut };
}

function spanOf(span: RecordedSpan | undefined): number {
  return span === undefined ? 0 : Math.max(0, span.toMs - span.fromMs);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const low = sorted[Math.ceil(half) - 1] ?? 0;
  const high = sorted[Math.floor(half)] ?? 0;
  return Math.round((low + high) / 2);
}
