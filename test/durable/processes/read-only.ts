// Resumes a finished run and one that is not, and begins a third, in a file that it may only read. Prints what came of each.
import { QuorateError, type Outcome } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { TASK, teamCalled } from "./teams.ts";

const store = sqlite({ path: process.argv[2] ?? "" }).store;
const team = teamCalled("judged", store, ({ callId }) => console.log(`asked ${callId}`));

async function show(running: Promise<Outcome>): Promise<void> {
  try {
    console.log((await running).status);
  } catch (error) {
    console.log(error instanceof QuorateError ? `${error.code} ${error.message}` : error);
  }
}

await show(team.resume("finished"));
await show(team.resume("stopped"));
await show(team.run(TASK, { runId: "new" }));
await store.close();
