import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { startProcess } from "../durable/processes/process.ts";
import { batchServer, type BatchServer } from "../model-server/batch-server.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { batchTeam } from "./processes/batch-team.ts";

const tempPath = tempPaths();

let server: BatchServer;
beforeEach(async () => {
  server = await batchServer();
});
afterEach(() => server[Symbol.asyncDispose]());

/** Resolves when something is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
}

describe("a process that is killed while a batch is under way", () => {
  const script = join(import.meta.dirname, "processes/batch-and-die.ts");

  it.each(["anthropic", "openai"] as const)(
    "leaves it to whoever goes on with the run: %s is sent one batch, and paid once",
    async (by) => {
      server.hold();
      const path = tempPath();
      const dying = startProcess(script, [path, server.url, by]);
      await using store = sqlite({ path }).store;
      await until(() => server.batches.length > 0);
      for await (const event of store.follow("run")) {
        if (event.type === "call.checkpointed") break;
      }
      dying.child.kill("SIGKILL");
      expect((await dying.ended).signal).toBe("SIGKILL");
      server.finish();
      const outcome = await batchTeam(server.url, by, store).resume("run");
      expect(outcome.results.reviewer).toMatchObject({ status: "ok", attempts: 1 });
      expect(server.batches).toHaveLength(1);
      // What was used before the process died, nobody says.
      expect(outcome.bill.spent.atLeast).toMatchObject({ inputTokens: 20, outputTokens: 9 });
    },
  );

  it("asks anew where that batch was cancelled meanwhile", async () => {
    server.hold();
    const path = tempPath();
    const dying = startProcess(script, [path, server.url, "anthropic"]);
    await using store = sqlite({ path }).store;
    await until(() => server.batches.length > 0);
    for await (const event of store.follow("run")) {
      if (event.type === "call.checkpointed") break;
    }
    dying.child.kill("SIGKILL");
    await dying.ended;
    server.finish("cancelled");
    const outcome = await batchTeam(server.url, "anthropic", store).resume("run");
    expect(outcome.results.reviewer).toMatchObject({ status: "ok", attempts: 1 });
    expect(server.batches).toHaveLength(2);
  });
});
