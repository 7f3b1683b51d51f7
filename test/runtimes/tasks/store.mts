import { agent, memory, supervisor } from "quorate";
import type { Store } from "quorate/ports";
import { storeContract } from "quorate/testing";

interface CountingStore extends Store {
  readonly written: () => number;
}

/** A store of one's own: that of this process, which counts what is written. */
function counting(): CountingStore {
  const { store } = memory({ resumable: true });
  let written = 0;
  return {
    ...store,
    append(events, fence) {
      written += events.length;
      return store.append(events, fence);
    },
    written: () => written,
  };
}

let cases = 0;
for (const { run } of storeContract(counting)) {
  await run();
  cases++;
}
const store = counting();
const team = supervisor({
  name: "kept",
  agents: { ann: agent({ name: "ann", run: async (_task: string) => "ship" }) },
  backend: { store },
});
const { runId } = await team.run("go");
console.log(cases > 50, store.written() === (await store.read(runId)).length);
