import { cpus } from "node:os";
import { median, type Judged } from "./rounds.ts";
import { read, type Round, type Workload } from "./workload.ts";

/** A workload, what was measured, and what became of its goals. */
export interface Report {
  readonly workload: Workload;
  readonly rounds: readonly Round[];
  readonly goals: readonly Judged[];
}

/** The machine, in one line: figures mean nothing without it. */
export function machine(): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores${
    cpu === undefined || cpu.model === "unknown" ? "" : ` (${cpu.model.trim()})`
  }`;
}

/** A workload for a person, no line longer than 80 columns. */
export function show({ workload, rounds, goals }: Report): string {
  const units = workload.shown.map(({ unit }) => unit).join(", ");
  const lines = [
    `${workload.id.padEnd(4)} ${workload.title}`,
    `     ${units}; ${plural(rounds.length)}`,
  ];
  for (const system of workload.systems) {
    const values = workload.shown.map(({ metric }) =>
      figure(median(rounds.map((round) => read(round, system, metric)))).padStart(9),
    );
    lines.push(`       ${system.padEnd(12)}${values.join("")}`);
  }
  for (const goal of goals) lines.push(`     ${showGoal(goal)}`);
  return lines.join("\n");
}

/** What became of a goal, in one line. */
export function showGoal({ met, median: middle, lowest, highest, text, ...goal }: Judged): string {
  const range = lowest === highest ? "" : ` (${figure(lowest)}–${figure(highest)})`;
  const bound =
    goal.atLeast === undefined
      ? `<= ${goal.atMost ?? ""}`
      : `>= ${goal.atLeast.toLocaleString("en")}`;
  return `${met ? "met   " : "MISSED"} ${`${figure(middle)} ${text}${range}`.padEnd(54)} goal ${bound}`;
}

/** Over how many rounds a figure was measured. */
export function plural(rounds: number): string {
  return rounds === 1 ? "measured once" : `median of ${rounds} rounds`;
}

/** Three significant digits, more never mean anything here. */
export function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** Everything as one JSON value, for a program; `more` is what a bench says besides. */
export function asJson(reports: readonly Report[], more: object = {}): string {
  return JSON.stringify(
    {
      machine: machine(),
      ...more,
      workloads: reports.map(({ workload: { id, title }, rounds, goals }) => ({
        id,
        title,
        rounds,
        goals,
      })),
      ...tally(reports),
    },
    undefined,
    2,
  );
}

/** How many goals were met and missed. */
export function tally(reports: readonly Report[]): {
  readonly met: number;
  readonly missed: number;
} {
  const goals = reports.flatMap((report) => report.goals);
  const met = goals.filter((goal) => goal.met).length;
  return { met, missed: goals.length - met };
}
