// Four runs whose agent answers in batches of four; killed in the middle of its one request. Arguments: the file, and a file that
// gets a line with the tasks whenever the agent is asked.
import { appendFileSync } from "node:fs";
import { sqlite } from "../../../src/sqlite/index.ts";
import { batchedTeam } from "./batched-team.ts";

const [path = "", paid = ""] = process.argv.slice(2);
const team = batchedTeam(sqlite({ path }).store, (tasks) => {
  appendFileSync(paid, `${tasks.join(" ")}\n`);
  process.kill(process.pid, "SIGKILL");
});
await Promise.all([1, 2, 3, 4].map((task) => team.run(task, { runId: `r${task}` })));
