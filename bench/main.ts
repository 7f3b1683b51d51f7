// What coordination costs, against the same work by hand.
//
//   npm run bench                        every workload, some minutes
//   npm run bench -- --quick             under a minute; figures scatter more
//   npm run --silent bench -- --json     one JSON document
//   npm run bench -- W1 W3               only these
//
// Trust the ratios before the absolute figures: both sides of a ratio are measured in turn in the same rounds.

import { parseArgs } from "node:util";
import { measureInFreshProcess } from "./fresh-process.ts";
import { asJson, machine, show, tally, type Report } from "./print.ts";
import { judge, measureRounds } from "./rounds.ts";
import type { Workload } from "./workload.ts";
import { workloads } from "./workloads/all.ts";

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const pace = values.quick ? "quick" : "full";

async function report(workload: Workload): Promise<Report> {
  const size = workload.size[pace];
  const rounds = await measureRounds(workload, workload.rounds[pace], (system) =>
    workload.fresh
      ? measureInFreshProcess("./workloads/all.ts", workload.id, system, size)
      : workload.measure(system, size),
  );
  return { workload, rounds, goals: workload.goals.map((goal) => judge(goal, rounds)) };
}

const unknown = positionals.filter((id) => !workloads.some((workload) => workload.id === id));
if (unknown.length > 0) {
  const ids = workloads.map(({ id }) => id).join(", ");
  console.error(`There is no workload called ${unknown.join(", ")}; there are ${ids}.`);
  process.exit(2);
}

if (!values.json) console.log(`${machine()}\n`);
const reports: Report[] = [];
for (const workload of workloads) {
  if (positionals.length > 0 && !positionals.includes(workload.id)) continue;
  const done = await report(workload);
  reports.push(done);
  if (!values.json) console.log(`${show(done)}\n`);
}
const { met, missed } = tally(reports);
console.log(values.json ? asJson(reports) : `targets: ${met} met, ${missed} missed`);
