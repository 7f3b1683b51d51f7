import { measureInFreshProcess } from "./fresh-process.ts";
import type { Report } from "./print.ts";
import { judge, measureRounds } from "./rounds.ts";
import type { Workload } from "./workload.ts";

/** Measures a workload, each system in turn. `list` is the module that exports it, as seen from this folder. */
export async function carryOut(
  list: string,
  workload: Workload,
  pace: "full" | "quick",
  slower: (system: string) => number = () => 1,
): Promise<Report> {
  const { id, fresh, leaves = false } = workload;
  const rounds = await measureRounds(workload, workload.rounds[pace], (system) => {
    const size = Math.ceil(workload.size[pace] / slower(system));
    return fresh
      ? measureInFreshProcess({ list, workload: id, system, size, leaves })
      : workload.measure(system, size);
  });
  return { workload, rounds, goals: workload.goals.map((goal) => judge(goal, rounds)) };
}

/** The workloads with these ids, or all; ends the process if an id does not exist. */
export function chosen<W extends Workload>(
  workloads: readonly W[],
  ids: readonly string[],
): readonly W[] {
  const unknown = ids.filter((id) => !workloads.some((workload) => workload.id === id));
  if (unknown.length > 0) {
    const known = workloads.map(({ id }) => id).join(", ");
    console.error(`There is no workload called ${unknown.join(", ")}; there are ${known}.`);
    process.exit(2);
  }
  return ids.length === 0 ? workloads : workloads.filter(({ id }) => ids.includes(id));
}
