import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { timeSpan } from "../../src/cli/given/time-span.ts";
import { folder, quorate, team } from "./command.ts";
import { asked } from "./durable.ts";

const durable = team("durable");

async function finishedRun(): Promise<{ readonly cwd: string; readonly runId: string }> {
  const cwd = folder();
  const { stdout } = await quorate(["run", durable, "--input", "-", "--json"], cwd, '{"diff":"x"}');
  return { cwd, runId: (JSON.parse(stdout) as { readonly runId: string }).runId };
}

describe("quorate fork", () => {
  it("asks one agent anew in a run of its own, and takes the other answers over", async () => {
    const { cwd, runId } = await finishedRun();
    const { code, stdout } = await quorate(["fork", durable, "latest", "--from", "slow"], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain(`a fork of run ${runId.slice(0, 8)}, with slow asked again`);
    expect(stdout).toMatch(/quick +ok .*\(from run [0-9a-f]{8}\) ship/);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("reused 1, asked 1");
    expect(asked(cwd)).toEqual(["quick", "slow", "slow"]);
    const [, newId] = /\nrun ([0-9a-f-]{36}),/.exec(stdout) ?? [];
    expect(newId).not.toBe(runId);

    const shown = await quorate(["show", newId ?? "", "--json"], cwd);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      runId: newId,
      forkOf: { runId, from: "slow" },
      results: { quick: { reusedFrom: runId } },
    });
    const explained = await quorate(["explain", "latest"], cwd);
    expect(explained.stdout).toContain(`a fork of run ${runId.slice(0, 8)}`);
  });

  it("takes another input, and then nothing is the same", async () => {
    const { cwd, runId } = await finishedRun();
    writeFileSync(join(cwd, "other.json"), '{"diff":"y"}');
    const { code, stdout } = await quorate(
      ["fork", durable, runId.slice(0, 6), "--input", "other.json", "--json"],
      cwd,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ forkOf: { runId }, reuse: { reused: 0, asked: 2 } });
  });

  it("refuses an agent that nobody is, and a run that is not there", async () => {
    const { cwd } = await finishedRun();
    const [nobody, nowhere] = await Promise.all([
      quorate(["fork", durable, "latest", "--from", "nobody"], cwd),
      quorate(["fork", durable, "zzz"], cwd),
    ]);
    expect([nobody.code, nowhere.code]).toEqual([2, 2]);
    expect(nobody.stderr).toContain('use one of "quick", "slow"');
    expect(nowhere.stderr).toContain('has no run "zzz"');
  });
});

describe("quorate prune", () => {
  it("forgets what ended long enough ago, and says how many runs that were", async () => {
    const { cwd } = await finishedRun();
    const kept = await quorate(["prune", "--older-than", "1d"], cwd);
    expect(kept.stdout).toMatch(/^forgot 0 runs that ended before \d{4}-\d\d-\d\d/);
    const tried = await quorate(["prune", "--older-than", "0m", "--dry-run"], cwd);
    expect(tried.stdout).toMatch(/^would forget 1 run that ended before/);
    const pruned = await quorate(["prune", "--older-than", "0m"], cwd);
    expect(pruned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^forgot 1 run that ended/),
    });
    expect((await quorate(["runs"], cwd)).stdout).toBe("No runs yet.\n");
  });

  it("knows an age by its number and its unit, and nothing else", async () => {
    expect(["30d", "12h", "90m", "2 weeks", "1.5d", "30s"].map(timeSpan)).toEqual([
      2_592_000_000, 43_200_000, 5_400_000, 1_209_600_000, 129_600_000, 30_000,
    ]);
    expect(["", "30", "d", "-1d", "1d2h", "3 moons"].map(timeSpan)).toEqual(
      Array(6).fill(undefined),
    );
    const { code, stderr } = await quorate(["prune", "--older-than", "soon"], folder());
    expect(code).toBe(2);
    expect(stderr).toContain("30d, 12h, 90m");
  });
});
