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

const WIDTH = 9;
const HEADED_WIDTH = 8;

/** What a terminal is wide. */
export const COLUMNS = 80;

/** A text in lines that fit, those after the first indented. */
export function wrapped(text: string, indent = "  "): string {
  const lines: string[] = [];
  let line = text.match(/^ */)?.[0] ?? "";
  for (const word of text.trimStart().split(" ")) {
    if (line !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line.trim() === "" ? `${line}${word}` : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** A workload for a person, no line longer than 80 columns. */
export function show({ workload, rounds, goals }: Report): string {
  const { shown, systems } = workload;
  const hasHeads = shown.some(({ head }) => head !== undefined);
  const units = shown.map(({ head, unit }) => (hasHeads ? `${head}: ${unit}` : unit)).join(", ");
  const width = hasHeads ? HEADED_WIDTH : WIDTH;
  const nameWidth = Math.max(...systems.map((system) => system.length));
  const lines = [
    wrapped(`${workload.id.padEnd(4)} ${workload.title}`, "     "),
    wrapped(`  ${units}; ${plural(rounds.length)}`),
  ];
  if (hasHeads) {
    const heads = shown.map(({ head = "" }) => head.padStart(width)).join("");
    lines.push(`  ${" ".repeat(nameWidth)}${heads}`);
  }
  for (const system of systems) {
    const values = shown.map(({ metric }) =>
      figure(median(rounds.map((round) => read(round, system, metric)))).padStart(width),
    );
    lines.push(`  ${system.padEnd(nameWidth)}${values.join("")}`);
  }
  for (const goal of goals) lines.push(`  ${showGoal(goal)}`);
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
