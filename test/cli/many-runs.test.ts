import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate, team } from "./command.ts";
import { asked } from "./durable.ts";

/** More than fit into the latest ten thousand. */
const FINISHED = 10_001;

/** A database with a run that stopped halfway, and with many that began, cost $0.000007 each and finished since. */
async function database(): Promise<string> {
  const cwd = folder();
  await using store = sqlite({ path: join(cwd, "quorate.db") }).store;
  const supervisor = { name: "durable" };
  const started = (runId: string, atMs: number): RunEvent => ({
    type: "run.started",
    supervisor,
    definition: "d",
    input: { diff: "x" },
    runId,
    seq: 1,
    atMs,
  });
  const cost = { usdMicros: 7, inputTokens: 1, outputTokens: 1 };
  const call = { callId: "quick", agent: "quick", role: "agent", attempt: 1 } as const;
  const appended = [store.append([started("stopped", 0)])];
  for (let n = 1; n <= FINISHED; n++) {
    const at = { runId: `run-${n}`, atMs: n };
    appended.push(
      store.append([
        started(at.runId, n),
        { type: "call.started", ...call, ...at, seq: 2 },
        { type: "call.succeeded", ...call, durationMs: 1, output: 1, cost, ...at, seq: 3 },
        { type: "run.finished", status: "complete", missing: [], bill: {} as never, ...at, seq: 4 },
      ]),
    );
  }
  await Promise.all(appended);
  await store.release("stopped", 1);
  return cwd;
}

describe("a database with more than ten thousand runs", () => {
  it("is billed as a whole, and the oldest run in it is found and resumed", async () => {
    const cwd = await database();
    const bill = JSON.parse((await quorate(["bill", "--json"], cwd)).stdout) as unknown;
    expect(bill).toMatchObject({
      total: { calls: FINISHED, spent: { usdMicros: 7 * FINISHED } },
      all: { runs: FINISHED + 1 },
    });
    expect((await quorate(["show", "stop"], cwd)).stdout).toContain("run stopped");
    const { code, stdout } = await quorate(["resume", team("durable"), "--all"], cwd);
    expect({ code, asked: asked(cwd) }).toEqual({ code: 0, asked: ["quick", "slow"] });
    expect(stdout).toContain("stopped");
  });
});
