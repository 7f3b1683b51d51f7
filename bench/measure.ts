// One measurement, in a process of its own: node measure.ts LIST WORKLOAD SYSTEM SIZE end|leave. Prints the sample as JSON.
// LIST is a module of this folder that exports `workloads`.

import { SAMPLE, type Workload } from "./workload.ts";

const [list = "", id, system = "", size, then] = process.argv.slice(2);
const { workloads } = (await import(list)) as { readonly workloads: readonly Workload[] };
const workload = workloads.find((candidate) => candidate.id === id);
if (workload === undefined) throw new Error(`There is no workload called ${id}.`);
const sample = JSON.stringify(await workload.measure(system, Number(size)));
// Not before it is written, and in any case: a peer may leave timers behind that hold the process.
process.stdout.write(`${SAMPLE}${sample}\n`, () => {
  if (then !== "leave") process.exit();
});
