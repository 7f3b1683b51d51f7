import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agent, supervisor, type RunEvent } from "quorate";
import type { Store } from "quorate/ports";
import { storeContract } from "quorate/testing";
import { mapStore } from "./map-store.mts";

/** A store of one's own: that of the page docs/own-store.md, whose runs also stand in a file, an append on a line. */
function fileStore(path: string): Store {
  const store = mapStore();
  for (const line of existsSync(path) ? readFileSync(path, "utf8").split("\n") : []) {
    if (line === "") continue;
    const { events, fence } = JSON.parse(line) as { events: RunEvent[]; fence: number };
    void store.append(events, fence);
  }
  return {
    ...store,
    append(events, fence = 1) {
      void store.append(events, fence);
      if (events.length > 0) appendFileSync(path, `${JSON.stringify({ events, fence })}\n`);
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), "file-store-"));
try {
  let cases = 0;
  for (const { run } of storeContract(() => fileStore(join(folder, `${cases}.jsonl`)))) {
    await run();
    cases++;
  }

  const path = join(folder, "kept.jsonl");
  const store = fileStore(path);
  const team = supervisor({
    name: "kept",
    agents: { ann: agent({ name: "ann", run: async (_task: string) => "ship" }) },
    backend: { store },
  });
  const { runId } = await team.run("go");
  await store.close();
  const opened = await fileStore(path).run(runId);
  console.log(cases > 100, opened?.status);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
