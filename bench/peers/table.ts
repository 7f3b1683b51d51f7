import { figure, plural, showGoal, wrapped, type Report } from "../print.ts";
import { median, spread, type Spread } from "../rounds.ts";
import { read } from "../workload.ts";
import { durables } from "./durable.ts";
import { peers, type Included } from "./peer.ts";
import type { Comparison } from "./workloads.ts";

const INCLUDED = ["timeout", "retry", "limit", "log", "key", "outcome", "verdict"] as const;

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

const WIDTH = 8;
const RANGE_WIDTH = 18;

const SHORT: Readonly<Record<string, string>> = {
  "µs per agent call": "µs",
  "µs of CPU": "CPU µs",
  "ms of CPU": "CPU ms",
  "ms until the process leaves": "leaves",
  "of the limit used": "used",
};

/** A comparison for a person: medians, then each system against the base, with the range of its rounds. */
export function showComparison(workload: Comparison, { rounds, goals }: Report): string {
  const against = compared(workload, rounds);
  const nameWidth = Math.max(...workload.systems.map((system) => system.length));
  const head = [
    ...workload.shown.map(({ unit }) => (SHORT[unit] ?? unit).padStart(WIDTH)),
    ...Object.keys(against).map((text) => text.padStart(RANGE_WIDTH)),
  ];
  const rows = workload.systems.map((system) => {
    const figures = workload.shown.map(({ metric }) =>
      figure(median(rounds.map((round) => read(round, system, metric)))).padStart(WIDTH),
    );
    const ranges = Object.values(against).map((by) => range(by[system]).padStart(RANGE_WIDTH));
    return `  ${system.padEnd(nameWidth)} ${[...figures, ...ranges].join(" ")}`.trimEnd();
  });
  return [
    wrapped(`${workload.id} ${workload.title}; ${plural(rounds.length)}`, "   "),
    `  ${" ".repeat(nameWidth)} ${head.join(" ")}`,
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
  ...[...durables].map(([name, durable]) => [name, durable.included] as const),
];

/** The table of what a call includes. */
export function showIncluded(): string {
  const rows = included.map(([name, of]) => [name, ...INCLUDED.map((column) => of[column] ?? "–")]);
  const table = [["includes", ...INCLUDED], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
        .join(" ")
        .trimEnd(),
    )
    .join("\n");
}

/** What a system cannot do, and why; and what it pays for besides. */
export function showCannot(): string {
  const said = [...peers].flatMap(
    ([
      name,
      {
        cannot = {},
        included: { besides },
      },
    ]) => [
      ...Object.entries(cannot).map(([job, why]) => `${name} is not in ${job}: ${why}.`),
      ...(besides === undefined ? [] : [`${name} includes ${besides}, which is another job.`]),
    ],
  );
  return [...said, ...NOT_HERE].map((line) => wrapped(line)).join("\n");
}

const NOT_HERE = [
  "dbos has no way without a database: it is in W6p and W7.",
  "LangGraph's SQLite saver is not in W6: its package is native and is built where it is installed; its PostgreSQL saver is in W6p.",
  "voltagent keeps checkpoints in stores that are packages of their own: that was not measured.",
  "openai-agents, ai-sdk, effect, p-queue, p-limit and cockatiel are not in W6: by themselves they keep nothing on disk.",
];
