import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sqlite } from "../../src/sqlite/index.ts";
import { startProcess } from "../durable/processes/process.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { peerTeam } from "./processes/peer-team.ts";
import { data } from "./sdk-client.ts";
import { sdkServer, type Working } from "./sdk-server.ts";

const tempPath = tempPaths();
const script = join(import.meta.dirname, "processes/ask-and-die.ts");
const ask = (path: string, at: string, kth: number) =>
  startProcess(script, [path, at, String(kth)]);

const answered = (working: Working): void => {
  working.artifact([data({ recommendation: "ship" })]);
  working.tell("TASK_STATE_COMPLETED");
};

// As killed.test.ts, at every write of the log. npm run test:long alone takes the time for it.
describe("a team whose process is killed while a peer works for it", () => {
  it("comes to the same with one task, wherever it is killed", async () => {
    await using server = await sdkServer({ work: answered });
    const whole = await ask(tempPath(), server.at, 0).ended;
    expect(whole.stderr).toBe("");
    const { writes } = JSON.parse(whole.stdout) as { readonly writes: number };
    expect(writes).toBeGreaterThan(4);
    let resumed = 0;
    // What is kept before that, no agent has to do with.
    const first = 3;
    const places = Array.from({ length: writes - first + 1 }, (_, index) => index + first);
    const work = async (): Promise<void> => {
      for (let kth = places.shift(); kth !== undefined; kth = places.shift()) {
        await using own = await sdkServer({ work: answered });
        const path = tempPath();
        const { signal } = await ask(path, own.at, kth).ended;
        expect(signal).toBe("SIGKILL");
        await using store = sqlite({ path }).store;
        resumed += 1;
        const outcome = await peerTeam(own.at, store).resume("run");
        expect({ kth, begun: own.begun(), ...outcome.results.remote }).toMatchObject({
          kth,
          begun: 1,
          status: "ok",
          output: { recommendation: "ship" },
        });
      }
    };
    await Promise.all([work(), work()]);
    expect(resumed).toBe(writes - first + 1);
  });
});
