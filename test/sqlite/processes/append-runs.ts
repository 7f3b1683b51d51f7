// Appends to several runs at once, three events at a time, and prints a line per run and turn that is kept.
// Arguments: the file, a name for the runs, how many turns ("for ever" when it is 0).
import { sqlite } from "../../../src/sqlite/index.ts";
import { answers, started } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", name = "run", turns = "0"] = process.argv.slice(2);
const runIds = Array.from({ length: 5 }, (_, index) => `${name}-${index}`);
const store = sqlite({ path }).store;

for (let turn = 0; turns === "0" || turn < Number(turns); turn += 1) {
  const first = 3 * turn + 1;
  await Promise.all(
    runIds.map(async (runId) => {
      const begin = first === 1 ? [started(runId)] : answers(runId, first, first);
      await store.append([...begin, ...answers(runId, first + 1, first + 2)]);
      say(`${runId} ${first + 2}\n`);
    }),
  );
}
await store.close();
