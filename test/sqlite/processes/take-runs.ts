// Takes what it can of the runs `run-0` to `run-N`, one after another, and prints a line for each that it got. It begins
// when it is given a line. Arguments: the file, how many runs.
import { createInterface } from "node:readline";
import { once } from "node:events";
import { QuorateError } from "../../../src/model/errors.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { answered } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", runs = "0"] = process.argv.slice(2);
const store = sqlite({ path }).store;
const lines = createInterface(process.stdin);
say("ready\n");
await once(lines, "line");
lines.close();
for (let index = 0; index < Number(runs); index += 1) {
  const runId = `run-${index}`;
  try {
    const fence = await store.take(runId);
    await store.append([answered(runId, 2, process.pid)], fence);
    say(`${runId} ${fence}\n`);
  } catch (error) {
    if (!(error instanceof QuorateError) || error.code !== "RUN_OWNED") throw error;
  }
}
// Its runs stay its own until it is told that the other is done, too.
say("done\n");
await once(process.stdin.resume(), "end");
await store.close();
