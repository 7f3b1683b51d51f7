// Begins, ends and forgets runs, one after another, so that each gets the place of the one before. Until it is killed.
// Argument: the file.
import { sqlite } from "../../../src/sqlite/index.ts";
import { answered, finished, started } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const store = sqlite({ path: process.argv[2] ?? "" }).store;
say("begun\n");
for (let turn = 0; ; turn += 1) {
  const runId = turn % 2 === 0 ? "even" : "odd";
  const text = `${runId}${"x".repeat(5_000)}`;
  await store.append([started(runId, text), answered(runId, 2, text), finished(runId, 3)]);
  await store.prune(Infinity);
}
