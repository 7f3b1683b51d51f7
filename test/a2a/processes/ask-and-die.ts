// Asks a peer, and is killed just before its k-th write to the store is kept; with 0 for k it ends, and prints how many writes there were.
// Arguments: the file, where the peer is, k, and "waits" where what the peer asks is printed, and nobody ever answers it.
import type { Store } from "../../../src/ports/index.ts";
import { sqlite } from "../../../src/sqlite/index.ts";
import { peerTeam } from "./peer-team.ts";

const [path = "", at = "", kth = "0", asking] = process.argv.slice(2);
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
const reply = ({ text }: { readonly text: string }): Promise<string> => {
  console.log(text);
  return new Promise(() => {});
};
await peerTeam(at, deadly, asking === "waits" ? reply : undefined).run("task", { runId: "run" });
await store.close();
console.log(JSON.stringify({ writes }));
