import { agent, memory, supervisor, type Supervisor } from "quorate";
import type { Feature } from "../workloads/features.ts";
import { AGENTS } from "./system.ts";

const echo = async (task: number): Promise<number> => task;

/** Eight agents that answer with their task, under one feature. */
function teamWith(feature: Feature): Supervisor<never, number> {
  const budgeted = feature === "budget" || feature === "shared-budget";
  const agents = Object.fromEntries(
    Array.from({ length: AGENTS }, (_, index) => `agent-${index + 1}`).map((name) => [
      name,
      agent({
        name,
        version: "1",
        ...(budgeted && { maxCost: { usd: 0.000_001 } }),
        ...(feature === "batch" && { batch: { run: async (tasks: readonly number[]) => tasks } }),
        ...((feature === "cache-miss" || feature === "cache-hit") && { cache: true }),
        run: echo,
      }),
    ]),
  );
  return supervisor({
    name: feature,
    agents,
    ...(feature === "budget" && { budget: { usd: 1_000 } }),
    ...(feature === "shared-budget" && { budget: { usd: 1e6, scope: "all" } }),
    ...(feature === "tiers" && { tiers: { small: "mini", strong: "large" } }),
    ...(feature === "limiter" && {
      limiters: { shared: { concurrency: 1_000, callsPerMinute: 1e9, everybody: true } },
    }),
    backend: memory(),
  }) as never;
}

/** Coordinates them `times` times, one after another; under `cache-miss` each time with another task. */
export async function coordinate(feature: Feature, times: number): Promise<void> {
  const team = teams.get(feature) ?? teamWith(feature);
  teams.set(feature, team);
  for (let index = 0; index < times; index++) {
    await team.run(feature === "cache-hit" ? 1 : next++);
  }
}

const teams = new Map<Feature, Supervisor<never, number>>();
// No task comes twice in a process.
let next = 0;
