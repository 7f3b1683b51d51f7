import { recordedTruths, learnedFrom } from "../learning/index.ts";
import { wilson } from "../learning/statistics/interval.ts";
import { canonicalJson } from "../model/json.ts";
import type { LabelKind, LearnedBefore } from "../model/reliability.ts";
import type { RunEvent } from "../model/events.ts";
import { viewRun, type RunView } from "../report/run-view.ts";
import { knownMicros } from "../report/spent.ts";
import type { Backend } from "../team/backend.ts";

/** How an agent did in the last runs of its team. */
export interface AgentFigures {
  readonly agent: string;
  readonly calls: number;
  readonly failed: number;
  /** The latencies of the calls that it answered, oldest first. */
  readonly latencyMs: readonly number[];
  /** The costs of the same calls; `null` if unknown. */
  readonly usdMicros: readonly (number | null)[];
  readonly models: readonly string[];
}

/** Verdicts of similar confidence, and how many of them turned out right. */
export interface CalibrationBin {
  /** Their mean confidence. */
  readonly mean: number;
  readonly right: number;
  readonly of: number;
  /** The 95 % Wilson interval of the share that is right. */
  readonly interval: readonly [low: number, high: number];
}

export interface AgentsFigures {
  readonly team: string;
  /** What all of the team's runs taught; left out for a tenant, which sees only some of the runs. */
  readonly learned?: LearnedBefore;
  readonly agents: readonly AgentFigures[];
  /** Only if truths of stored runs are known. */
  readonly calibration?: { readonly bins: readonly CalibrationBin[] };
}

const LAST_RUNS = 50;
const MAX_JUDGED_RUNS = 200;
const MAX_TRUTHS = 20_000;
const BINS = 10;

/** The figures of a team's agents, from its last 50 runs and at most 200 known truths. `backend` shows the runs that the caller may see. */
export async function agentsFigures(
  backend: Backend,
  team: string,
  { labels, withLearned }: { readonly labels: LabelKind; readonly withLearned: boolean },
): Promise<AgentsFigures> {
  const { store } = backend;
  const runs = await store.runs({ team, limit: LAST_RUNS });
  const known = new Map<string, FiguresSoFar>();
  for (const { runId } of runs.toReversed()) {
    const view = viewRun(runId, await store.read(runId));
    for (const call of view.calls.values()) {
      if (call.role !== "agent" || call.team !== "" || call.reusedFrom !== undefined) continue;
      if (call.state !== "ok" && call.state !== "failed") continue;
      const agent = known.get(call.agent) ?? figuresOf(call.agent);
      known.set(call.agent, agent);
      agent.calls++;
      if (call.model !== undefined) agent.models.add(call.model);
      if (call.state === "failed") {
        agent.failed++;
        continue;
      }
      agent.latencyMs.push(call.durationMs);
      agent.usdMicros.push(call.cost === undefined ? null : (knownMicros(call.cost) ?? null));
    }
  }
  const bins = await calibrationBins(backend, team);
  return {
    team,
    ...(withLearned && { learned: await learnedFrom(backend, team, { labels }) }),
    agents: [...known.values()].map((one) => ({ ...one, models: [...one.models] })),
    ...(bins.length > 0 && { calibration: { bins } }),
  };
}

interface FiguresSoFar {
  readonly agent: string;
  calls: number;
  failed: number;
  readonly latencyMs: number[];
  readonly usdMicros: (number | null)[];
  readonly models: Set<string>;
}

function figuresOf(agent: string): FiguresSoFar {
  return { agent, calls: 0, failed: 0, latencyMs: [], usdMicros: [], models: new Set() };
}

/** Confidence and accuracy of the verdicts whose truth is known, in tenths of confidence. */
async function calibrationBins(backend: Backend, team: string): Promise<readonly CalibrationBin[]> {
  const byRun = new Map<string, Map<string, unknown>>();
  let truths = 0;
  for await (const { recorded } of recordedTruths(backend, { supervisor: team })) {
    const { runId, subject, truth, team: nested } = recorded;
    if (nested !== undefined) continue;
    if (++truths > MAX_TRUTHS) break;
    const ofRun = byRun.get(runId) ?? new Map<string, unknown>();
    byRun.set(runId, ofRun);
    ofRun.set(subject, truth);
  }
  const sums = Array.from({ length: BINS }, () => ({ sum: 0, right: 0, of: 0 }));
  let looked = 0;
  for (const [runId, known] of byRun) {
    if (looked >= MAX_JUDGED_RUNS) break;
    const events: readonly RunEvent[] = await backend.store.read(runId);
    if (events.length === 0) continue;
    looked++;
    for (const { confidence, isRight } of judged(viewRun(runId, events), known)) {
      const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))];
      if (bin === undefined) continue;
      bin.sum += confidence;
      bin.of++;
      if (isRight) bin.right++;
    }
  }
  return sums.flatMap(({ sum, right, of }) =>
    of === 0 ? [] : [{ mean: sum / of, right, of, interval: wilson(right / of, of) }],
  );
}

function judged(
  view: RunView,
  known: ReadonlyMap<string, unknown>,
): readonly { readonly confidence: number; readonly isRight: boolean }[] {
  return view.verdicts.flatMap(({ team, it }) => {
    const { subject, winner, confidence, kind } = it;
    if (team !== "" || kind !== "claim" || winner === null || !known.has(subject)) return [];
    if (typeof confidence !== "number") return [];
    return [{ confidence, isRight: canonicalJson(winner) === canonicalJson(known.get(subject)) }];
  });
}
