import { describe, expect, it, vi } from "vitest";
import { folder, quorate, team } from "./command.ts";
import { asked, halfway, killed, release } from "./durable.ts";

// Processes of their own take their time where many others run.
vi.setConfig({ testTimeout: 120_000 });

const durable = team("durable");

/** Words of a page, whatever its line breaks. */
const flat = (page: string): string => page.replaceAll(/[\s\\]+/g, " ");

describe("a run whose process was killed", () => {
  it("is listed as interrupted, with the command that goes on with it", async () => {
    const cwd = folder();
    const runId = await killed(cwd);
    const id = runId.slice(0, 8);
    const [listed, shown] = await Promise.all([quorate(["runs"], cwd), quorate(["show", id], cwd)]);
    expect(listed.stdout).toMatch(new RegExp(`${id} .* interrupted `));
    expect(listed.stdout).toContain(`interrupted: resume it with\n  quorate resume TEAM ${id}\n`);
    expect(shown.stdout).toContain("interrupted: not finished, and no process drives it");
    expect(shown.stdout).toMatch(/quick +ok/);
    expect(shown.stdout).toMatch(/slow +open/);
    expect(shown.stdout).toContain(`quorate resume TEAM ${id}`);
    const json = await quorate(["show", id, "--json"], cwd);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "interrupted" });
  });

  it("goes on where it stopped, and does not ask again who had answered", async () => {
    const cwd = folder();
    const runId = await killed(cwd);
    expect(asked(cwd)).toEqual(["quick", "slow"]);
    const { code, stdout, stderr } = await quorate(["resume", durable], cwd);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(asked(cwd)).toEqual(["quick", "slow", "slow"]);
    expect(stdout).toContain("run resumed");
    expect(stdout).toContain("durable  complete");
    expect(stdout).toContain(`run ${runId}`);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("reused 1, asked 1");

    const [shown, explained] = await Promise.all([
      quorate(["show", "latest"], cwd),
      quorate(["explain", "latest"], cwd),
    ]);
    expect(shown.stdout).toContain("resumed once");
    expect(explained.stdout).toContain("resumed once");
    expect(explained.stdout).toContain("ship: unanimous");
  });

  it("asks anew whoever has changed, and says that the team has, as JSON too", async () => {
    const cwd = folder();
    const runId = await killed(cwd);
    const { code, stdout } = await quorate(
      ["resume", durable, runId.slice(0, 8), "--json"],
      cwd,
      "",
      { VERSION: "2" },
    );
    expect(code).toBe(0);
    expect(asked(cwd)).toEqual(["quick", "quick", "slow", "slow"]);
    expect(JSON.parse(stdout)).toMatchObject({
      runId,
      status: "complete",
      log: "quorate.db",
      reuse: { asked: 2 },
      resumed: [{ changed: true }],
      results: { quick: { status: "ok" }, slow: { status: "ok", attempts: 2 } },
    });
    const shown = await quorate(["show", "latest"], cwd);
    expect(shown.stdout).toContain("resumed once; its supervisor has changed since");
  });

  it("is gone on with together with all others of the team", async () => {
    const cwd = folder();
    const first = await killed(cwd);
    await quorate(["run", team("other"), "--input", "-"], cwd, "{}");
    const second = await killed(cwd);
    expect((await quorate(["runs"], cwd)).stdout).toContain("  quorate resume TEAM --all\n");
    const { code, stdout } = await quorate(["resume", durable, "--all"], cwd);
    expect(code).toBe(0);
    expect(stdout.indexOf(`run ${first}`)).toBeGreaterThan(-1);
    expect(stdout.indexOf(`run ${second}`)).toBeGreaterThan(stdout.indexOf(`run ${first}`));
    expect(stdout.match(/reused 1, asked 1/g)).toHaveLength(2);
    expect(stdout.trimEnd()).toMatch(/resumed 2 runs$/);
    const nothing = await quorate(["resume", durable, "--all", "--json"], cwd);
    expect([nothing.code, nothing.stdout]).toEqual([0, "[]\n"]);
  });
});

describe("quorate resume", () => {
  it("goes on with a run that Ctrl-C stopped, as that said, by its name", async () => {
    const cwd = folder();
    const run = await halfway(cwd, "--db", "my runs.db", "--id", "pull 7");
    run.child.kill("SIGINT");
    const { code, stdout } = await run.finished;
    expect(code).toBe(130);
    const command = `quorate resume ${durable} 'pull 7' --db 'my runs.db'`;
    expect(flat(stdout)).toContain(`To continue ${command}`);
    release(cwd);

    const unnamed = await quorate(["resume", durable, "--db", "my runs.db"], cwd);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain("no run of durable that is interrupted");
    const resumed = await quorate(["resume", durable, "pull 7", "--db", "my runs.db"], cwd);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain("reused 1, asked 1");
    expect(asked(cwd)).toEqual(["quick", "slow", "slow"]);

    const again = await quorate(["resume", durable, "pull 7", "--db", "my runs.db"], cwd);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("it had finished before; no agent was asked");
    expect(asked(cwd)).toHaveLength(3);
  });

  it("refuses a run that somebody drives, and says who", async () => {
    const cwd = folder();
    const run = await halfway(cwd);
    const refused = await quorate(["resume", durable], cwd);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`is driven by process ${run.child.pid}`);
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
    run.child.kill("SIGINT");
    await run.finished;
    expect(asked(cwd)).toEqual(["quick", "slow"]);
  });

  it("refuses the run of another team, both ways to name runs at once, and a database that is not there", async () => {
    const cwd = folder();
    const missing = await quorate(["resume", durable], cwd);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining("There is no database"),
    ]);
    await quorate(["run", team("other"), "--input", "-"], cwd, "{}");
    const [other, both] = await Promise.all([
      quorate(["resume", durable, "latest"], cwd),
      quorate(["resume", durable, "latest", "--all"], cwd),
    ]);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('is one of supervisor "other", not of supervisor "durable"');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("not both");
  });
});

describe("quorate run --id", () => {
  it("begins a run once, goes on with it when it stopped, and shows it when it has finished", async () => {
    const cwd = folder();
    expect(await killed(cwd, "--id", "pull-7")).toBe("pull-7");
    const run = (input: string) =>
      quorate(["run", durable, "--input", "-", "--id", "pull-7"], cwd, input);
    const resumed = await run('{"diff":"x"}');
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toContain("reused 1, asked 1");
    const again = await run('{"diff":"x"}');
    expect(again.stdout).toContain("it had finished before; no agent was asked");
    expect(asked(cwd)).toEqual(["quick", "slow", "slow"]);
    const other = await run('{"diff":"y"}');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('there is a run "pull-7" with another input');
  });
});
