// The cost of Quorate compared with other ways to coordinate: see README.md.
//
//   npm run bench:peers                        everything, an hour and more
//   npm run bench:peers -- --quick             some minutes for each workload; figures scatter more
//   npm run --silent bench:peers -- --json     one JSON document
//   npm run bench:peers -- W1 W3               only these

import { parseArgs } from "node:util";
import { carryOut, chosen } from "../carry-out.ts";
import { aboutNoise, load } from "../noise.ts";
import { asJson, machine, tally, type Report } from "../print.ts";
import { startPostgres } from "./postgres.ts";
import { showSummary } from "./summary.ts";
import { compared, included, showCannot, showComparison, showIncluded } from "./table.ts";
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
  await using _ = workload.needsServer === true ? await startPostgres() : undefined;
  // Awaited here, while the server is there.
  return await carryOut("./peers/workloads.ts", workload, pace, workload.slower);
}

const wanted = chosen(workloads, positionals);
const before = load();
if (!values.json) console.log(`${machine()}\n\n${showIncluded()}\n\n${showCannot()}\n`);
const reports: Report[] = [];
const ratios: Record<string, ReturnType<typeof compared>> = {};
for (const workload of wanted) {
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
    : `${showSummary(reports)}\n\ntargets: ${met} met, ${missed} missed\n${aboutNoise(before, after)}`,
);
