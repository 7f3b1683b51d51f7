// One measurement, in a process of its own: node measure.ts LIST WORKLOAD SYSTEM SIZE end|leave [PROFILE]. Prints the sample as JSON.
// LIST is a module of this folder that exports `workloads`. With PROFILE it measures twice, and writes where the CPU went the second time:
// by then everything is loaded and compiled.

import { writeFileSync } from "node:fs";
import { SAMPLE, type Workload } from "./workload.ts";

const PROFILE_INTERVAL_US = 200;

const [list = "", id, system = "", size, then, profile] = process.argv.slice(2);
const { workloads } = (await import(list)) as { readonly workloads: readonly Workload[] };
const workload = workloads.find((candidate) => candidate.id === id);
if (workload === undefined) throw new Error(`There is no workload called ${id}.`);
const measure = (): ReturnType<Workload["measure"]> => workload.measure(system, Number(size));
const measured = await (profile === undefined ? measure() : profiled(profile));
// Not before it is written, and in any case: a peer may leave timers behind that hold the process.
process.stdout.write(`${SAMPLE}${JSON.stringify(measured)}\n`, () => {
  if (then !== "leave") process.exit();
});

async function profiled(file: string): ReturnType<Workload["measure"]> {
  await measure();
  const { Session } = await import("node:inspector/promises");
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: PROFILE_INTERVAL_US });
  await session.post("Profiler.start");
  const sample = await measure();
  const { profile: found } = await session.post("Profiler.stop");
  writeFileSync(file, JSON.stringify(found));
  return sample;
}
