// Runs a team and is killed at its k-th write to the store; with 0 for k it ends, and prints its outcome and how many
// writes there were. Arguments: the file, the team, k, "before" or "after" the write is kept, and a file that gets a
// line whenever an agent is asked.
import { appendFileSync } from "node:fs";
import type { Store } from "../../../src/ports/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { costsOf, lasting } from "../same-run.ts";
import { TASK, teamCalled } from "./teams.ts";

const [path = "", team = "", at = "1", when = "before", paid = ""] = process.argv.slice(2);
const store = sqlite({ path }).store;
let writes = 0;

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

const deadly: Store = {
  ...store,
  async append(events, fence) {
    writes += 1;
    const last = writes === Number(at);
    if (last && when === "before") die();
    await store.append(events, fence);
    if (last) die();
  },
};

const outcome = await teamCalled(team, deadly, ({ callId, attempt }) => {
  appendFileSync(paid, `${callId} ${attempt}\n`);
}).run(TASK, { runId: "run" });
await store.close();
console.log(JSON.stringify({ writes, outcome: lasting(outcome), costs: costsOf(outcome) }));
