// Runs or resumes the gated team under the id "run", and prints who is asked and what came of it. Arguments: the file, the
// gate, a file that gets a line whenever an agent is asked, "run" or "resume", and how long its lease is, in ms.
import { appendFileSync } from "node:fs";
import { QuorateError } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { lasting } from "../same-run.ts";
import { gatedTeam } from "./gated.ts";
import { TASK } from "./teams.ts";

const [path = "", gate = "", paid = "", action = "run", leaseMs = "30000"] = process.argv.slice(2);
const store = sqlite({ path, leaseMs: Number(leaseMs) }).store;
const team = gatedTeam({
  store,
  gate,
  pay({ callId, attempt }) {
    appendFileSync(paid, `${callId} ${attempt}\n`);
    console.log(`asked ${callId}`);
  },
});
console.log("begins");
try {
  const outcome = await (action === "run" ? team.run(TASK, { runId: "run" }) : team.resume("run"));
  console.log(`outcome ${JSON.stringify(lasting(outcome))}`);
} catch (error) {
  console.log(error instanceof QuorateError ? `refused ${error.code} ${error.message}` : error);
}
await store.close();
console.log("closed");
