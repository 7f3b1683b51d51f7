import { chmodSync } from "node:fs";
import { once } from "node:events";
import { dirname } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { started } from "../../src/testing/store-contract/run-events.ts";
import { finish, startProcess } from "./processes/run-process.ts";
import { tempPaths } from "./temp-folder.ts";

const tempPath = tempPaths();
const root = process.getuid?.() === 0;

describe("a SQLite store and its processes", () => {
  it.each([5, 40, 150])(
    "has whole appends without a gap after a kill at %i printed lines",
    async (lines) => {
      const path = tempPath();
      const child = startProcess("append-runs.ts", [path]);
      const { signal, stdout } = await finish(child, (printed) => {
        if (printed.split("\n").length > lines) child.kill("SIGKILL");
      });
      expect(signal).toBe("SIGKILL");

      await using store = sqlite({ path }).store;
      const kept = new Map<string, number>();
      for (const { runId } of await store.runs()) {
        const seqs = (await store.read(runId)).map(({ seq }) => seq);
        expect(seqs).toEqual(Array.from(seqs, (_, index) => index + 1));
        expect(seqs.length % 3).toBe(0);
        kept.set(runId, seqs.length);
      }
      // What was told to be kept is there; the last line may be cut.
      for (const line of stdout.split("\n").slice(0, -1)) {
        const [runId = "", seq] = line.split(" ");
        expect(kept.get(runId)).toBeGreaterThanOrEqual(Number(seq));
      }
    },
  );

  it("takes the runs of two processes at once, which make the file together", async () => {
    const path = tempPath();
    const turns = 60;
    const both = ["left", "right"].map((name) =>
      finish(startProcess("append-runs.ts", [path, name, String(turns)])),
    );
    for (const end of await Promise.all(both)) expect(end).toMatchObject({ code: 0, stderr: "" });

    await using store = sqlite({ path }).store;
    const runs = await store.runs();
    expect(runs).toHaveLength(10);
    expect(runs.every(({ events }) => events === 3 * turns)).toBe(true);
  });

  it("reads whole runs while another process forgets them and begins others in their place", async () => {
    const path = tempPath();
    await using store = sqlite({ path }).store;
    const child = startProcess("begin-and-forget.ts", [path]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const lengths = new Set<number>();
    for (const untilMs = Date.now() + 1_000; Date.now() < untilMs;) {
      for (const runId of ["even", "odd"]) {
        const events = await store.read(runId);
        lengths.add(events.length);
        for (const event of events)
          expect(JSON.stringify(event)).not.toMatch(runId === "odd" ? /even/ : /odd/);
      }
      for (const { events } of await store.runs()) expect(events).toBe(3);
    }
    child.kill("SIGKILL");
    await once(child, "close");
    expect(lengths).toEqual(new Set([0, 3]));
  });

  it("keeps the process until what is due is kept, and no longer", async () => {
    const path = tempPath();
    const end = await finish(startProcess("append-and-leave.ts", [path]));
    expect(end).toMatchObject({ code: 0, stderr: "" });
    await using store = sqlite({ path }).store;
    expect(await store.read("run")).toHaveLength(1);
  });

  it.skipIf(process.platform === "win32")(
    "reads a read-only file and refuses to append to it",
    async () => {
      const path = tempPath();
      await using store = sqlite({ path }).store;
      await store.append([started("run")]);
      await store.close();
      chmodSync(path, 0o444);
      chmodSync(dirname(path), 0o777);
      // Nothing is read-only to root: the process then is somebody else.
      const { code, stdout, stderr } = await finish(
        startProcess("use-read-only.ts", [path], root ? { uid: 65_534 } : {}),
      );
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^1\nSTORE_FAILED The store ".*" is read-only: make the file/);
    },
  );
});
