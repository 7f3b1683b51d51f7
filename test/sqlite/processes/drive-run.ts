// Begins a run and prints a line; then appends an event for each line that it is given, and prints what came of it.
// Ends when it is given no more. Arguments: the file, the run's id, `leaseMs`.
import { createInterface } from "node:readline";
import { QuorateError } from "../../../src/model/errors.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { answered, started } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", runId = "run", leaseMs = "30000"] = process.argv.slice(2);
const store = sqlite({ path, leaseMs: Number(leaseMs) }).store;
await store.append([started(runId)]);
say("begun\n");

let seq = 1;
for await (const _ of createInterface(process.stdin)) {
  try {
    await store.append([answered(runId, seq + 1)]);
    seq += 1;
    say(`kept ${seq}\n`);
  } catch (error) {
    say(`${error instanceof QuorateError ? error.code : String(error)}\n`);
  }
}
await store.close();
