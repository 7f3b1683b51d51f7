// Appends to a run until that fails, and kills itself. Prints a line for each event that is kept, and what failed. Arguments: the file, the run's id.
import { sqlite } from "../../../src/sqlite/index.ts";
import { answered, started } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", runId = ""] = process.argv.slice(2);
const text = "x".repeat(400_000);
const store = sqlite({ path }).store;
try {
  for (let seq = 1; ; seq += 1) {
    await store.append([seq === 1 ? started(runId) : answered(runId, seq, `${seq} ${text}`)]);
    say(`kept ${seq}\n`);
  }
} catch (error) {
  say(`failed: ${String(error)}\n`);
  process.kill(process.pid, "SIGKILL");
}
