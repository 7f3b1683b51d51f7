import { describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../../src/index.ts";
import { folder, quorate, start, team } from "./command.ts";
import { asked, halfway, release } from "./durable.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

describe("quorate follow", () => {
  it("shows a run of another process from its beginning to its end, and ends with it", async () => {
    const cwd = folder();
    const run = await halfway(cwd);
    const [page, lines] = [
      ["follow", "latest"],
      ["follow", "latest", "--json"],
    ].map((args) => start(args, cwd));
    await Promise.all([page?.printed("slow started"), lines?.printed("call.succeeded")]);
    release(cwd);
    const [{ code, stdout, stderr }, json, { code: own }] = await Promise.all([
      page?.finished ?? expect.fail(),
      lines?.finished ?? expect.fail(),
      run.finished,
    ]);
    expect({ code, own, stderr, asked: asked(cwd) }).toEqual({
      code: 0,
      own: 0,
      stderr: "",
      asked: ["quick", "slow"],
    });
    expect(stdout).toMatch(/slow answered[^]*durable {2}complete/);
    const events = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: "run.finished", status: "complete" });
  });

  it("is left with Ctrl-C, and the run goes on", async () => {
    const cwd = folder();
    const run = await halfway(cwd);
    const page = start(["follow", "latest"], cwd);
    await page.printed("slow started");
    page.child.kill("SIGINT");
    expect((await page.finished).code).toBe(130);
    release(cwd);
    expect((await run.finished).code).toBe(0);
  });

  it("says that a run is interrupted, and shows it as soon as somebody goes on with it", async () => {
    const cwd = folder();
    const run = await halfway(cwd);
    run.child.kill("SIGKILL");
    await run.finished;
    release(cwd);
    const page = start(["follow", "latest"], cwd);
    await page.printed("is interrupted; what comes is shown");
    expect((await quorate(["resume", team("durable")], cwd)).code).toBe(0);
    const { code, stdout } = await page.finished;
    expect(code).toBe(0);
    expect(stdout).toContain("run resumed");
  });

  it("refuses a run that is not there", async () => {
    const cwd = folder();
    const run = await quorate(["run", team("durable"), "--input", "-"], cwd, '{"diff":"x"}');
    expect(run.code).toBe(0);
    const { code, stderr } = await quorate(["follow", "none"], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain('has no run "none"');
  });
});

describe("a second run of one id", () => {
  it("shows the one that is under way elsewhere while it goes on", async () => {
    const cwd = folder();
    const first = await halfway(cwd, "--id", "mine");
    const args = ["run", team("durable"), "--input", "-", "--id", "mine"];
    const second = start(args, cwd, '{"diff":"x"}');
    await second.printed("quick answered");
    release(cwd);
    const [one, other] = await Promise.all([first.finished, second.finished]);
    expect([one.code, other.code, asked(cwd)]).toEqual([0, 0, ["quick", "slow"]]);
    expect(other.stdout.match(/slow answered/g)).toHaveLength(1);
  });
});
