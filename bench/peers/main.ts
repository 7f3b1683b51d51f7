// What Quorate costs beside other ways to coordinate: see README.md.
//
//   npm run bench:peers                        everything, many minutes
//   npm run bench:peers -- --quick             some minutes; figures scatter more
//   npm run --silent bench:peers -- --json     one JSON document
//   npm run bench:peers -- W1 W3               only these

import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureInFreshProcess } from "../fresh-process.ts";
import { asJson, machine, tally, type Report } from "../print.ts";
import { judge, measureRounds } from "../rounds.ts";
import { compared, included, showComparison, showIncluded } from "./table.ts";
import { workloads, type Comparison } from "./workloads.ts";

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const pace = values.quick ? "quick" : "full";

async function report(workload: Comparison): Promise<Report> {
  const size = workload.size[pace];
  const rounds = await measureRounds(workload, workload.rounds[pace], (system) =>
    workload.fresh
      ? measureInFreshProcess("./peers/workloads.ts", workload.id, system, size)
      : workload.measure(system, size),
  );
  return { workload, rounds, goals: workload.goals.map((goal) => judge(goal, rounds)) };
}

/** How many processes wanted a core in the last minute: what was at work before the bench began, and with it. */
function load(): number {
  return loadavg()[0] ?? 0;
}

/** A bench keeps about one core busy; beside it anything else makes noise. */
function aboutNoise(before: number, after: number): string {
  const cores = availableParallelism();
  const said = `load ${before.toFixed(1)} before, ${after.toFixed(1)} after, on ${cores} cores`;
  return before < cores / 2
    ? `${said}: the machine was quiet when this began.`
    : `${said}: THE MACHINE WAS BUSY with something else, and
the figures are noise as much as cost. Ratios suffer less, and ratios of CPU least; no ratio with a wide range
means anything. Measure again when it is quiet.`;
}

const unknown = positionals.filter((id) => !workloads.some((workload) => workload.id === id));
if (unknown.length > 0) {
  const ids = workloads.map(({ id }) => id).join(", ");
  console.error(`There is no workload called ${unknown.join(", ")}; there are ${ids}.`);
  process.exit(2);
}

const before = load();
if (!values.json) console.log(`${machine()}\n\n${showIncluded()}\n`);
const reports: Report[] = [];
const ratios: Record<string, ReturnType<typeof compared>> = {};
for (const workload of workloads) {
  if (positionals.length > 0 && !positionals.includes(workload.id)) continue;
  const done = await report(workload);
  reports.push(done);
  ratios[workload.id] = compared(workload, done.rounds);
  if (!values.json) console.log(`${showComparison(workload, done)}\n`);
}
const after = load();
const { met, missed } = tally(reports);
console.log(
  values.json
    ? asJson(reports, {
        load: { before, after },
        pace,
        included: Object.fromEntries(included),
        ratios,
      })
    : `targets: ${met} met, ${missed} missed\n${aboutNoise(before, after)}`,
);
