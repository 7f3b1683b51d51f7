// Opens the store, appends to a run of its own and closes it, again and again, until it is killed. Prints a line when it has begun. Arguments: the
// file, how many appends it makes each time.
import { sqlite } from "../../../src/sqlite/index.ts";
import { wholeRun } from "../../../src/testing/store-contract/run-events.ts";
import { say } from "./say.ts";

const [path = "", appends = "1"] = process.argv.slice(2);
// However long the others keep the file to themselves: what fails here is not their slowness.
const busyTimeoutMs = 600_000;

for (let turn = 0; ; turn += 1) {
  const store = sqlite({ path, busyTimeoutMs }).store;
  for (let n = 0; n < Number(appends); n += 1) await store.append(wholeRun(`run-${turn}-${n}`, 5));
  await store.prune(Infinity);
  await store.close();
  if (turn === 0) say("begun\n");
}
