// Runs a team whose file is locked in its midst, and stays so: neither is its event kept, nor is the run let go of. Prints why it
// failed and ends, without closing its store. Argument: the file.
import { DatabaseSync } from "node:sqlite";
import { agent, QuorateError, supervisor } from "../../../src/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";

const [path = ""] = process.argv.slice(2);
const locking = new DatabaseSync(path);
const one = agent({
  name: "one",
  run: () => {
    locking.exec("BEGIN IMMEDIATE");
    return 1;
  },
});
const store = sqlite({ path, busyTimeoutMs: 10 }).store;
const team = supervisor({ name: "team", agents: { one }, backend: { store } });
try {
  await team.run(undefined, { runId: "run" });
} catch (error) {
  console.log(error instanceof QuorateError ? error.code : error);
}
