// Whenever a process is killed, whatever the disk does, and whoever else is at it: a sound file is not called damaged.
//
//   npm run test:long                                            more kills, more opens
//   FC_RUNS=5000 vitest run test/sqlite/kills --testTimeout=0

import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { started } from "../../src/testing/store-contract/run-events.ts";
import { finish, startProcess } from "./processes/run-process.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();

const CASES = fc.readConfigureGlobal().numRuns ?? 100;
// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: CASES > 100 ? 0 : 120_000 });
// Whoever waits for a lock on a busy machine is not to fail for that.
const busyTimeoutMs = 600_000;

/** Opens the store that a process was killed at: all that it said was kept is there, and at most the one event after it. */
async function expectSound(path: string, runId: string, printed: string): Promise<void> {
  const kept = printed.match(/^kept \d+$/gm)?.length ?? 0;
  {
    await using store = sqlite({ path, busyTimeoutMs }).store;
    const seqs = (await store.read(runId)).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
    expect([kept, kept + 1]).toContain(seqs.length);
    await store.append([started(`after ${runId}`)]);
  }
  using db = new DatabaseSync(path, { readOnly: true });
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
}

describe("a store that a process was killed at", () => {
  it("has all that was kept, whether it was closing the store or writing its log back", async () => {
    const path = tempPath();
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("close", "checkpoint"),
        fc.integer({ min: 1, max: 80 }),
        async (how, pages) => {
          const runId = `run-${(kills += 1)}`;
          const args = [path, runId, how, `${pages}`];
          const child = startProcess("killed-while-writing-back.ts", args);
          const { signal, stdout, stderr } = await finish(child);
          expect([signal, stderr]).toEqual(["SIGKILL", ""]);
          await expectSound(path, runId, stdout);
        },
      ),
      { numRuns: Math.ceil(CASES / 20), endOnFailure: true },
    );
  });

  it.skipIf(process.platform === "win32")(
    "has all that was kept when the disk had been full, and has room again",
    async () => {
      const path = tempPath();
      // What a file may have here, in blocks of 512 or 1024 bytes: more than a log has when it is written back, less than two of them.
      const child = startProcess("fill-disk.ts", [path, "run"], { fileBlocks: 40_000 });
      const { signal, stdout, stderr } = await finish(child);
      expect([signal, stderr]).toEqual(["SIGKILL", ""]);
      expect(stdout).toMatch(
        /failed: QuorateError: The store ".*" (has no room left|failed to read or write)/,
      );
      await expectSound(path, "run", stdout);
    },
  );
});

describe("a store that others write at the same time", () => {
  it.each([
    ["opens and closes it again and again", "1"],
    ["writes a lot before it closes it", "400"],
  ])("is never refused while another process %s", async (_, appends) => {
    const path = tempPath();
    const child = startProcess("open-and-close.ts", [path, appends]);
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await once(child.stdout, "data");
    for (let n = 0; n < CASES; n += 1) {
      await using store = sqlite({ path, busyTimeoutMs }).store;
      for (const { events, status } of await store.runs())
        expect([events, status]).toEqual([5, "complete"]);
    }
    child.kill("SIGKILL");
    await once(child, "close");
    expect([child.signalCode, stderr]).toEqual(["SIGKILL", ""]);
    await sqlite({ path, busyTimeoutMs }).store.close();
    using db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  });
});
