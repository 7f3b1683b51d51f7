import { figure, type Report } from "../print.ts";
import { median } from "../rounds.ts";
import { read, type Round } from "../workload.ts";

interface Column {
  readonly id: string;
  readonly head: string;
  readonly value: (round: Round, system: string) => number;
}

const against =
  (metric: string, base: string): Column["value"] =>
  (round, system) =>
    read(round, system, metric) / read(round, base, metric);

const COLUMNS: readonly Column[] = [
  { id: "W1", head: "W1 x raw", value: against("cpuUsPerCall", "raw-timer") },
  { id: "W2", head: "W2 x raw", value: against("cpuUsPerCall", "raw-timer") },
  { id: "W3", head: "W3 x raw", value: against("cpuMs", "raw-timer") },
  { id: "W4", head: "W4 used", value: (round, system) => read(round, system, "used") },
  { id: "W5", head: "W5 told", value: (round, system) => read(round, system, "told") },
  {
    id: "W7",
    head: "W7 ms",
    value: (round, system) => read(round, system, "cpuMs") - read(round, "node", "cpuMs"),
  },
  { id: "W7i", head: "MiB", value: (round, system) => read(round, system, "mib") },
];

const WIDTH = 9;

/** All systems in one table; x raw is of CPU. */
export function showSummary(reports: readonly Report[]): string {
  const byId = new Map(reports.map((report) => [report.workload.id, report]));
  const columns = COLUMNS.filter(({ id }) => byId.has(id));
  const systems = [
    ...new Set(columns.flatMap(({ id }) => byId.get(id)?.workload.systems ?? [])),
  ].filter((system) => system !== "node");
  const nameWidth = Math.max(0, ...systems.map((system) => system.length));
  const rows = systems.map((system) => {
    const cells = columns.map(({ id, value }) => {
      const report = byId.get(id);
      if (report === undefined || !report.workload.systems.includes(system)) return "–";
      return figure(median(report.rounds.map((round) => value(round, system))));
    });
    return `${system.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(WIDTH)).join("")}`;
  });
  const head = columns.map((column) => column.head.padStart(WIDTH)).join("");
  return [
    `${" ".repeat(nameWidth)}${head}`,
    ...rows,
    "x raw: times what the raw timer takes of CPU; W7: ms of CPU above Node.",
  ].join("\n");
}
