import { describe, expect, it, vi } from "vitest";
import { folder, quorate, start, team } from "./command.ts";
import { asked, halfway, killed, release } from "./durable.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

describe("quorate cancel", () => {
  it("cancels a run of another process, and ends once that has stopped", async () => {
    const cwd = folder();
    const run = await halfway(cwd);
    const watcher = start(["follow", "latest", "--json"], cwd);
    await watcher.printed("call.succeeded");
    const cancelled = await quorate(["cancel", "latest", "--reason", "it takes too long"], cwd);
    expect(cancelled).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(
        /^asked the process that drives run \w+ to cancel it\nrun \w+ is cancelled\n$/,
      ) as string,
    });
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/durable {2}cancelled[^]*it takes too long/);
    // Who follows it with --json gets the exit code of the outcome too.
    expect((await watcher.finished).code).toBe(1);
    const shown = await quorate(["show", "latest"], cwd);
    expect(shown.stdout).toContain("it takes too long");
    release(cwd);
    expect((await quorate(["resume", team("durable"), "--all"], cwd)).stdout).toContain(
      "No run is interrupted",
    );
    expect(asked(cwd)).toEqual(["quick", "slow"]);
  });

  it("cancels a run whose process was killed, and is content with one that is cancelled", async () => {
    const cwd = folder();
    await killed(cwd);
    for (let times = 0; times < 2; times += 1) {
      const { code, stdout, stderr } = await quorate(["cancel", "latest"], cwd);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^run \w+ is cancelled\n$/);
    }
    expect((await quorate(["explain", "latest"], cwd)).stdout).toBe(
      "Nothing has been decided: the run is cancelled: a caller asked for it.\n",
    );
    // Whoever wants it goes on with it all the same.
    expect((await quorate(["resume", team("durable"), "latest"], cwd)).code).toBe(0);
    const late = await quorate(["cancel", "latest"], cwd);
    expect(late.code).toBe(3);
    expect(late.stdout).toMatch(/had ended before it could be cancelled: it is complete/);
  });

  it("is refused for a run that is not there", async () => {
    const cwd = folder();
    await killed(cwd);
    const { code, stderr } = await quorate(["cancel", "none"], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain('has no run "none"');
  });
});
