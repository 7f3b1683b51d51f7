import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { startProcess } from "../durable/processes/process.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { peerTeam } from "./processes/peer-team.ts";
import { data } from "./sdk-client.ts";
import { sdkServer, type SdkServerOptions, type Working } from "./sdk-server.ts";

const tempPath = tempPaths();
const script = join(import.meta.dirname, "processes/ask-and-die.ts");
const ask = (path: string, at: string, kth: number) =>
  startProcess(script, [path, at, String(kth)]);

const answered = (working: Working): void => {
  working.artifact([data({ recommendation: "ship" })]);
  working.tell("TASK_STATE_COMPLETED");
};

/** A peer that answers when it is let, and says when it has begun. */
async function holdingPeer(more: Partial<SdkServerOptions> = {}) {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const server = await sdkServer({
    async work(working) {
      working.tell("TASK_STATE_WORKING", "at it");
      begun.resolve();
      await held.promise;
      answered(working);
    },
    ...more,
  });
  return { server, begun: begun.promise, letGo: held.resolve };
}

describe("a team whose process is killed while a peer works for it", () => {
  it("goes on with the task of a peer, and begins no other", async () => {
    const { server, begun, letGo } = await holdingPeer();
    await using _server = server;
    const path = tempPath();
    const dying = ask(path, server.at, 0);
    await begun;
    await using store = sqlite({ path }).store;
    for await (const event of store.follow("run")) {
      if (event.type === "call.checkpointed" && "taskId" in Object(event.value)) break;
    }
    dying.child.kill("SIGKILL");
    expect((await dying.ended).signal).toBe("SIGKILL");
    const before = server.called.length;
    const resuming = peerTeam(server.at, store).resume("run");
    while (!server.called.slice(before).some((method) => /^(GetTask|Subscribe)/.test(method))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    letGo();
    const outcome = await resuming;
    expect(outcome.results.remote).toMatchObject({
      status: "ok",
      output: { recommendation: "ship" },
      attempts: 1,
    });
    expect(server.begun()).toBe(1);
    expect(server.called.filter((method) => method.startsWith("Send"))).toHaveLength(1);
  });

  it("answers by reply what the task asked meanwhile, and begins no other", async () => {
    await using server = await sdkServer({
      work(working) {
        const [part] = working.message.parts;
        if (part?.content?.value === "main") return answered(working);
        working.tell("TASK_STATE_INPUT_REQUIRED", "Which branch?");
      },
    });
    const path = tempPath();
    // A person who never answers, as far as that process is concerned.
    const dying = startProcess(script, [path, server.at, "0", "waits"]);
    await dying.printed("Which branch?");
    dying.child.kill("SIGKILL");
    await dying.ended;
    await using store = sqlite({ path }).store;
    const team = peerTeam(server.at, store, () => "main");
    const outcome = await team.resume("run");
    expect(outcome.results.remote).toMatchObject({
      status: "ok",
      output: { recommendation: "ship" },
      attempts: 1,
    });
    expect(server.begun()).toBe(1);
  });

  it("finds the task again of which nobody had told it yet, and begins no other", async () => {
    let isDead = false;
    const { server, begun, letGo } = await holdingPeer({
      // The answer to the first message never leaves the peer.
      keepsFirst: () => !isDead,
    });
    await using _server = server;
    const path = tempPath();
    const dying = ask(path, server.at, 0);
    await begun;
    dying.child.kill("SIGKILL");
    await dying.ended;
    isDead = true;
    await using store = sqlite({ path }).store;
    const told = (await store.read("run")).filter(({ type }) => type === "call.checkpointed");
    expect(told).toHaveLength(1);
    letGo();
    const outcome = await peerTeam(server.at, store).resume("run");
    expect(outcome.results.remote).toMatchObject({ status: "ok" });
    expect(server.begun()).toBe(1);
  });
});
