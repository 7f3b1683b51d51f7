import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

const asking = team("asking");

async function waitingRun(): Promise<{ readonly cwd: string; readonly page: string }> {
  const cwd = folder();
  const { code, stdout } = await quorate(["run", asking, "--input", "-"], cwd, "{}");
  expect(code).toBe(3);
  return { cwd, page: stdout };
}

describe("quorate decide", () => {
  it("is what a run that waits for a person asks for, then and whenever it is looked at", async () => {
    const { cwd, page } = await waitingRun();
    expect(page).toContain("waiting for a person to decide");
    expect(page).toContain("no winner: waiting");
    expect(page.replaceAll(/[\s\\]+/g, " ")).toMatch(
      /decide [0-9a-f]{8} task WINNER --team \S+asking\.ts/,
    );
    const [listed, shown, explained] = await Promise.all(
      [["runs"], ["show", "latest"], ["explain", "latest"]].map((args) => quorate(args, cwd)),
    );
    expect(listed?.stdout).toContain(" waiting ");
    expect(shown?.stdout).toMatch(/quorate decide [0-9a-f]{8} task WINNER --team TEAM/);
    expect(explained?.stdout).toMatch(/hold \(1\)\n +wary\n +ship \(1\)\n +bold/);
  });

  it("records the decision and goes on with the run, and nobody is asked again", async () => {
    const { cwd } = await waitingRun();
    const { code, stdout } = await quorate(
      [
        "decide",
        "latest",
        "task",
        "hold",
        "--team",
        asking,
        "--why",
        "not on a Friday",
        "--by",
        "ann",
      ],
      cwd,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("hold: decided by human, confidence 1.00 (person)");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain('ann decided for "hold": not on a Friday');
    expect(stdout).toContain("reused 2, asked 0");
  });

  it("leaves going on to others where the team is not given", async () => {
    const { cwd } = await waitingRun();
    const decided = await quorate(["decide", "latest", "task", "ship"], cwd);
    expect(decided.code).toBe(0);
    expect(decided.stdout).toMatch(/^decided: ship: task\n[^]*quorate resume TEAM [0-9a-f]{8}\n$/);
    const { code, stdout } = await quorate(["resume", asking, "latest"], cwd);
    expect(code).toBe(0);
    expect(stdout).toContain("ship: decided by human");
  });

  it("refuses what the run does not wait for", async () => {
    const { cwd } = await waitingRun();
    const [subject, winner] = await Promise.all([
      quorate(["decide", "latest", "weather", "rain"], cwd),
      quorate(["decide", "latest", "task", "wait"], cwd),
    ]);
    expect([subject.code, winner.code]).toEqual([2, 2]);
    expect(subject.stderr).toContain('it waits for "task"');
    expect(winner.stderr).toContain('decide for one of "hold", "ship"');
  });
});
