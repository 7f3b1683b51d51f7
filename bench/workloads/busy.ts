import { AGENTS, AT_ONCE, loadSystem, type System } from "../systems/system.ts";
import { read, type Sample, type Workload } from "../workload.ts";

const WORK_MS = 20;

/** How much of a limit of 8 at work is used where 8 agents of 20 ms stand in each of many coordinations. */
export async function shareUsed(system: System, coordinations: number): Promise<Sample> {
  const rounds = (coordinations * AGENTS) / AT_ONCE;
  // What is measured is compiled.
  await system.busy(2, 1);
  const startedMs = performance.now();
  await system.busy(coordinations, WORK_MS);
  return { used: (rounds * WORK_MS) / (performance.now() - startedMs) };
}

export const busy: Workload = {
  id: "W4",
  title: `coordinations of 8 agents of ${WORK_MS} ms, all begun at once, at most 8 agents at work`,
  systems: ["quorate", "raw-timer", "p-limit"],
  shown: [{ metric: "used", unit: "of the limit used" }],
  rounds: { full: 7, quick: 3 },
  size: { full: 64, quick: 64 },
  fresh: true,
  async measure(name, size) {
    return shareUsed(await loadSystem(name), size);
  },
  goals: [
    {
      text: "of the limit used",
      value: (round) => read(round, "quorate", "used"),
      atLeast: 0.97,
    },
  ],
};
