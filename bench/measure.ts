// One measurement, in a process of its own: node measure.ts WORKLOAD SYSTEM SIZE. Prints the sample as JSON.

import { workloads } from "./workloads/all.ts";

const [id, system = "", size] = process.argv.slice(2);
const workload = workloads.find((candidate) => candidate.id === id);
if (workload === undefined) throw new Error(`There is no workload called ${id}.`);
console.log(JSON.stringify(await workload.measure(system, Number(size))));
