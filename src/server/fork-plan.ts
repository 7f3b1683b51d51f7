import { isAnew } from "../call/cache/reuse.ts";
import type { Estimate, PlannedAgent } from "../forecast/task-plan.ts";
import { canonicalJson } from "../model/json.ts";
import type { RunEvent } from "../model/events.ts";
import { viewRun } from "../report/run-view.ts";
import type { RunSummary } from "../store/store.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import { HttpRefusal } from "./http/http-refusal.ts";
import type { ForkPlan } from "./wire.ts";

/** What a fork changes. */
interface Forking {
  readonly run: RunSummary;
  readonly events: readonly RunEvent[];
  readonly from: string | undefined;
  readonly input?: unknown;
}

/**
 * What a fork would ask again, according to the team's plan: all agents if the task changes; else the chosen agents, those that depend on them,
 * and those without an answer in the run. This is the most it asks: if an answer comes out unchanged, the agents after it are not asked.
 */
export async function planFork(
  team: Supervisor,
  backend: Backend,
  { run, events, from, ...given }: Forking,
): Promise<ForkPlan> {
  const view = viewRun(run.runId, events);
  const task = "input" in given ? given.input : view.input;
  const plan = await team.plan(task as never, {
    backend,
    ...(run.tenant !== undefined && { tenant: run.tenant }),
  });
  const asked = plan.agents.filter(({ role }) => role === "member");
  if (from !== undefined && !plan.agents.some(({ place }) => place === from)) {
    throw new HttpRefusal(
      422,
      "BAD_REQUEST",
      "The run has no agent at the place that the fork is to begin from.",
    );
  }
  const isOther = canonicalJson(task) !== canonicalJson(view.input);
  const answered = new Set(
    [...view.calls.values()].flatMap(({ callId, state }) => (state === "ok" ? [callId] : [])),
  );
  const anew = new Set<string>();
  const needsAnew = ({ place, needs }: PlannedAgent): boolean =>
    isOther ||
    !answered.has(place) ||
    (from !== undefined && isAnew(place, from)) ||
    needs.some((need) => anew.has(need)) ||
    (plan.mode === "sequence" && anew.size > 0);
  // In the order of their stages, so that an agent comes before those that depend on it.
  for (const one of plan.agents.toSorted((a, b) => a.stage - b.stage)) {
    if (one.role !== "judge" && needsAnew(one)) anew.add(one.place);
  }
  const again = asked.filter(({ place }) => anew.has(place));
  return {
    reused: asked.flatMap(({ place }) => (anew.has(place) ? [] : [place])),
    asked: again.map(({ place }) => place),
    expected: sumOf(again.map(({ expected }) => expected)),
    worst: sumOf(again.map(({ worst }) => worst)),
  };
}

/** The sum of all; the time is the longest one, since agents may be asked at once. */
function sumOf(all: readonly Estimate[]): Estimate {
  let usdMicros: Estimate["usdMicros"] = 0;
  let durationMs: Estimate["durationMs"] = 0;
  for (const one of all) {
    usdMicros = bothKnown(usdMicros, one.usdMicros, (a, b) => a + b);
    durationMs = bothKnown(durationMs, one.durationMs, Math.max);
  }
  return { usdMicros, durationMs };
}

function bothKnown(
  a: number | "unknown",
  b: number | "unknown",
  join: (a: number, b: number) => number,
): number | "unknown" {
  return a === "unknown" || b === "unknown" ? "unknown" : join(a, b);
}
