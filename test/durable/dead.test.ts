import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { agent, deadRuns, retry, supervisor, type ResumedRun } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { quorate } from "../cli/command.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const tempPath = tempPaths();
const script = fileURLToPath(new URL("processes/poisoned.ts", import.meta.url));

describe("a run over which processes die", () => {
  it("is left alone after the fifth, is listed as dead, and is tried again when somebody asks for it", async () => {
    const path = tempPath();
    const backend = sqlite({ path });
    onTestFinished(async () => backend.store.close());
    const team = supervisor({
      name: "poisoned",
      agents: { a: agent({ name: "a", run: () => "ship" }) },
      backend,
    });
    const { runId } = await team.enqueue("task");
    for (let death = 1; death <= 5; death += 1) {
      expect(await deadRuns(backend)).toEqual([]);
      const child = spawn(process.execPath, [script, path], { stdio: "inherit" });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    }
    await expect.poll(async () => deadRuns(backend)).toMatchObject([{ runId }]);
    const told: ResumedRun[] = [];
    const kept = team.keepResuming({ everyMs: 20, onResumed: (run) => told.push(run) });
    onTestFinished(async () => kept.close());
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]?.error).toMatchObject({
      code: "NOT_RESUMABLE",
      message: expect.stringContaining("5 processes in a row have ended") as string,
    });
    // Another one is carried out beside it.
    const { runId: other } = await team.enqueue("another");
    await expect.poll(() => told.at(-1)?.runId).toBe(other);
    const cwd = path.slice(0, path.lastIndexOf("/"));
    const dead = await quorate(["runs", "--status", "dead", "--db", path, "--json"], cwd);
    expect(JSON.parse(dead.stdout)).toMatchObject([{ runId, status: "interrupted" }]);
    const again = await quorate(["retry", runId, "--db", path], cwd);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("is left to workers again") as string,
    });
    await expect.poll(() => told.at(-1)).toMatchObject({ runId, outcome: { status: "complete" } });
    expect(await deadRuns(backend)).toEqual([]);
    await expect(retry(backend, "nobody")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("does not count who stops in order, and who sees it end", async () => {
    const path = tempPath();
    const backend = sqlite({ path, leaseMs: 300 });
    let stopped = Promise.withResolvers<void>();
    const begun: string[] = [];
    const team = supervisor({
      name: "slow",
      agents: {
        a: agent({
          name: "a",
          async run(_task: string) {
            begun.push("");
            await stopped.promise;
            return "ship";
          },
        }),
      },
      backend,
    });
    const { runId } = await team.enqueue("task");
    for (let stop = 1; stop <= 6; stop += 1) {
      const own = sqlite({ path, leaseMs: 300 });
      const kept = team.keepResuming({ everyMs: 20, backend: own });
      await expect.poll(() => begun.length).toBe(stop);
      const closed = kept.close();
      await own.store.close();
      stopped.resolve();
      await closed;
      stopped = Promise.withResolvers();
    }
    expect(await deadRuns(backend)).toEqual([]);
    stopped.resolve();
    expect((await team.resume(runId)).status).toBe("complete");
    await backend.store.close();
  });
});
