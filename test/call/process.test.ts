import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const execute = promisify(execFile);

/** Runs one of the programs beside this file, and reads the JSON that it prints. */
async function outputOf(
  program: string,
  ...flags: readonly string[]
): Promise<Record<string, unknown>> {
  const path = join(import.meta.dirname, "processes", `${program}.ts`);
  const { stdout } = await execute(process.execPath, [...flags, path], { timeout: 100_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("a process", () => {
  it("leaves soon after the outcome, though an agent never stops", async () => {
    const { status, tookMs } = await outputOf("deaf-agent");
    expect(status).toBe("failed");
    expect(tookMs).toBeGreaterThanOrEqual(49);
    // Far below the grace of 5 s.
    expect(tookMs).toBeLessThan(2_000);
  });

  it("stays while somebody waits for the slot of an agent that never stops", async () => {
    expect(await outputOf("queue-behind-deaf")).toEqual({ deaf: "failed", next: "ok" });
  });

  it("waits for the timer of the signal that a run, a plan or many runs were given", async () => {
    expect(await outputOf("signal-timer")).toEqual({
      run: "TimeoutError",
      plan: "TimeoutError",
      "runMany with a hanging route": "TimeoutError",
      "runMany with hanging tasks": "TimeoutError",
    });
  });

  it("has nothing left of ten thousand runs: no timers, listeners or memory", async () => {
    const { grownBytes, timers, listeners } = await outputOf("ten-thousand-runs", "--expose-gc");
    expect([timers, listeners]).toEqual([0, 0]);
    // 200 bytes a run would be a leak that matters.
    expect(grownBytes).toBeLessThan(10_000 * 200);
  });
});
