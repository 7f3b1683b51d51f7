import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

const learning = team("learning");
const TASK = JSON.stringify({ careful: "hold" });

async function oneRun(): Promise<string> {
  const cwd = folder();
  const { code } = await quorate(["run", learning, "--input", "-"], cwd, TASK);
  expect(code).toBe(3);
  return cwd;
}

describe("quorate outcome", () => {
  it("records what turned out to be true, and quorate agents shows what that teaches", async () => {
    const cwd = await oneRun();
    const { code, stdout } = await quorate(["outcome", "latest", "task", "hold"], cwd);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'recorded: hold: task\nright: careful; wrong: bold\nquorate agents "gate" shows what that teaches\n',
    );
    const agents = await quorate(["agents", "gate", "--labels", "fixed"], cwd);
    expect(agents.code).toBe(0);
    expect(agents.stdout).toMatch(/^gate\n {2}claims: .*\n/);
    expect(agents.stdout).toMatch(/ {2}careful +1 +\d+ % +\d\.\d\d {2}.*\*/);
    for (const line of agents.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const json = await quorate(["agents", "--json"], cwd);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { supervisor: "gate", learned: { claims: { votes: 2 } } },
    ]);
  });

  it("takes an outcome back, and takes either a value or --forget", async () => {
    const cwd = await oneRun();
    await quorate(["outcome", "latest", "task", "hold"], cwd);
    const forgotten = await quorate(["outcome", "latest", "task", "--forget"], cwd);
    expect(forgotten).toMatchObject({ code: 0, stdout: 'forgotten: how "task" turned out\n' });
    const neither = await quorate(["outcome", "latest", "task"], cwd);
    expect(neither.code).toBe(2);
    expect(neither.stderr).toContain("give either a value or --forget");
  });

  it("refuses what the run did not decide about", async () => {
    const cwd = await oneRun();
    const { code, stderr } = await quorate(["outcome", "latest", "weather", "rain"], cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no verdict about "weather"; it has "task"/);
  });
});

describe("quorate agents", () => {
  it("says how to begin where nothing was learned", async () => {
    const cwd = folder();
    const scripted = team("scripted");
    await quorate(["run", scripted, "--input", "-"], cwd, "{}");
    const { code, stdout } = await quorate(["agents"], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing has been learned yet\./);
    const named = await quorate(["agents", "gate"], cwd);
    expect(named.code).toBe(2);
    expect(named.stderr).toContain('Nothing was learned of a supervisor "gate"');
  });
});
