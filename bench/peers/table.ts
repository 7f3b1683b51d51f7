import { figure, plural, showGoal, type Report } from "../print.ts";
import { median, spread, type Spread } from "../rounds.ts";
import { read } from "../workload.ts";
import { peers, type Included } from "./peer.ts";
import type { Comparison } from "./workloads.ts";

const COLUMNS = ["timeout", "retry", "limit", "log", "verdict"] as const;

/** What each way to compare gives for each system but the base, over the rounds. */
export function compared(
  { systems, base, against = [] }: Comparison,
  rounds: Report["rounds"],
): Readonly<Record<string, Readonly<Record<string, Spread>>>> {
  const others = systems.filter((system) => system !== base);
  return Object.fromEntries(
    against.map(({ text, value }) => [
      text,
      Object.fromEntries(
        others.map((system) => [system, spread(rounds.map((round) => value(round, system)))]),
      ),
    ]),
  );
}

const WIDTH = 10;
const NAME_WIDTH = 18;
const RANGE_WIDTH = 22;

/** A comparison for a person: medians, then each system against the base, with the range of its rounds. */
export function showComparison(workload: Comparison, { rounds, goals }: Report): string {
  const against = compared(workload, rounds);
  const head = [
    ...workload.shown.map(({ unit }) => unit.replace(/ .* (?=call)/, " a ").padStart(WIDTH)),
    ...Object.keys(against).map((text) => text.padStart(RANGE_WIDTH)),
  ];
  const rows = workload.systems.map((system) => {
    const figures = workload.shown.map(({ metric }) =>
      figure(median(rounds.map((round) => read(round, system, metric)))).padStart(WIDTH),
    );
    const ranges = Object.values(against).map((by) => range(by[system]).padStart(RANGE_WIDTH));
    return `  ${system.padEnd(NAME_WIDTH)}${[...figures, ...ranges].join(" ")}`.trimEnd();
  });
  return [
    `${workload.id} ${workload.title}; ${plural(rounds.length)}`,
    `  ${" ".repeat(NAME_WIDTH)}${head.join(" ")}`,
    ...rows,
    ...goals.map((goal) => `  ${showGoal(goal)}`),
  ].join("\n");
}

function range(of: Spread | undefined): string {
  return of === undefined
    ? ""
    : `${figure(of.median)} (${figure(of.lowest)}–${figure(of.highest)})`;
}

/** What each system does for a call, and so what its figures pay for. */
export const included: readonly (readonly [system: string, Included])[] = [
  ...[...peers].map(([name, peer]) => [name, peer.included] as const),
  ["quorate in W6", { ...peers.get("quorate")?.included, log: "on disk, before the answer" }],
  ["raw-sqlite in W6", { ...peers.get("raw-timer")?.included, log: "on disk, two rows a call" }],
];

export function showIncluded(): string {
  const rows = included.map(([name, of]) => [name, ...COLUMNS.map((column) => of[column] ?? "–")]);
  const table = [["a call includes", ...COLUMNS], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd((widths?.[at] ?? 0) + 2))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}
