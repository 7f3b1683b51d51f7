// Asks a peer, and is killed just before its k-th write to the store is kept; with 0 for k it ends, and prints how many writes there were.
// Arguments: the file, where the peer is, and k.
import type { Store } from "../../../src/ports/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { peerTeam } from "./peer-team.ts";

const [path = "", at = "", kth = "0"] = process.argv.slice(2);
const store = sqlite({ path }).store;
let writes = 0;
const deadly: Store = {
  ...store,
  append(events, fence) {
    writes += 1;
    if (writes === Number(kth)) process.kill(process.pid, "SIGKILL");
    return store.append(events, fence);
  },
};
await peerTeam(at, deadly).run("task", { runId: "run" });
await store.close();
console.log(JSON.stringify({ writes }));
