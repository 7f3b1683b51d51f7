// The cost of coordination compared with the same work by hand, and what users notice of it.
//
//   npm run bench                        every workload, many minutes
//   npm run bench -- --quick             some minutes; figures scatter more
//   npm run --silent bench -- --json     one JSON document
//   npm run bench -- W1 W3               only these
//   npm run bench -- --profile W1        where its CPU goes, by room of src
//
// Trust the ratios before the absolute figures: both sides of a ratio are measured in turn in the same rounds.

import { parseArgs } from "node:util";
import { carryOut, chosen } from "./carry-out.ts";
import { aboutNoise, load } from "./noise.ts";
import { asJson, machine, show, tally, type Report } from "./print.ts";
import { profile } from "./profile.ts";
import { workloads } from "./workloads/all.ts";

const LIST = "./workloads/all.ts";

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const pace = values.quick ? "quick" : "full";

const wanted = chosen(workloads, positionals);
const before = load();
if (!values.json) console.log(`${machine()}\n`);
if (values.profile) {
  for (const workload of wanted.filter(({ fresh }) => fresh)) {
    console.log(`${await profile(LIST, workload, pace)}\n`);
  }
} else {
  const reports: Report[] = [];
  for (const workload of wanted) {
    const done = await carryOut(LIST, workload, pace);
    reports.push(done);
    if (!values.json) console.log(`${show(done)}\n`);
  }
  const after = load();
  const { met, missed } = tally(reports);
  console.log(
    values.json
      ? asJson(reports, { load: { before, after }, pace })
      : `targets: ${met} met, ${missed} missed\n${aboutNoise(before, after)}`,
  );
}
