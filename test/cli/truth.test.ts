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

describe("quorate truth", () => {
  it("records what turned out to be true, and quorate agents shows what that teaches", async () => {
    const cwd = await oneRun();
    const { code, stdout } = await quorate(["truth", "latest", "task", "hold"], cwd);
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

  it("records what nobody held too, and tells on stderr that it may be misspelt", async () => {
    const cwd = await oneRun();
    const { code, stdout, stderr } = await quorate(["truth", "latest", "task", "shp"], cwd);
    expect([code, stderr]).toEqual([
      0,
      'quorate: nobody held "shp" about "task"; what was held: hold, ship\n',
    ]);
    expect(stdout).toContain("recorded: shp: task\nright: nobody; wrong: careful, bold\n");
    expect((await quorate(["truth", "latest", "task", "ship"], cwd)).stderr).toBe("");
    expect((await quorate(["truth", "latest", "task", "--forget"], cwd)).stderr).toBe("");
  });

  it("takes a truth back, and takes either a value or --forget", async () => {
    const cwd = await oneRun();
    await quorate(["truth", "latest", "task", "hold"], cwd);
    const forgotten = await quorate(["truth", "latest", "task", "--forget"], cwd);
    expect(forgotten).toMatchObject({ code: 0, stdout: 'forgotten: how "task" turned out\n' });
    const neither = await quorate(["truth", "latest", "task"], cwd);
    expect(neither.code).toBe(2);
    expect(neither.stderr).toContain("give either a value or --forget");
  });

  it("replaces and takes back what is kept of a run that was pruned, by its whole id", async () => {
    const cwd = folder();
    await quorate(["run", learning, "--input", "-", "--id", "old-run"], cwd, TASK);
    await quorate(["truth", "old-run", "task", "hold", "--by", "ann"], cwd);
    expect((await quorate(["prune", "--older-than", "0m"], cwd)).stdout).toMatch(/^forgot 1 run/);
    const replaced = await quorate(["truth", "old-run", "task", "ship"], cwd);
    expect(replaced.stdout).toMatch(/^recorded: ship: task\nit replaces hold, said by ann/);
    const repeated = await quorate(["truth", "old-run", "task", "ship"], cwd);
    expect(repeated.stdout).toMatch(/^recorded: ship: task\nit was recorded before, said on/);
    const unheld = await quorate(["truth", "old-run", "task", "hunter2"], cwd);
    expect(unheld.stdout).toMatch(/^recorded: \[redacted\]: task\n/);
    const forgotten = await quorate(["truth", "old-run", "task", "--forget"], cwd);
    expect(forgotten).toMatchObject({ code: 0, stdout: 'forgotten: how "task" turned out\n' });
    const gone = await quorate(["truth", "another", "task", "hold"], cwd);
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(/has no run/);
  });

  it("refuses what the run did not decide about", async () => {
    const cwd = await oneRun();
    const { code, stderr } = await quorate(["truth", "latest", "weather", "rain"], cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no verdict about "weather"; it has "task"/);
  });
});

describe("truths in bulk", () => {
  const jsonl = (...lines: readonly unknown[]): string =>
    `${lines.map((line) => JSON.stringify(line)).join("\n")}\n\n`;

  it("are recorded from a file with one on each line, with who says so, and exported as they are read", async () => {
    const cwd = folder();
    for (const id of ["one", "two"]) {
      await quorate(["run", learning, "--input", "-", "--id", id], cwd, TASK);
    }
    await quorate(["truth", "one", "task", "ship", "--by", "ann"], cwd);
    const lines = jsonl(
      { run: "one", subject: "task", truth: "hold", by: "bob", at: "2026-11-30T12:00:00Z" },
      { run: "two", subject: "task", truth: "ship" },
      { run: "two", subject: "weather", truth: "rain" },
      { run: "none", subject: "task", truth: "hold" },
    );
    const { code, stdout } = await quorate(["truth", "--from", "-", "--by", "ci"], cwd, lines);
    expect(code).toBe(1);
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain("recorded 2 truths of 4 lines");
    expect(words).toMatch(/line 1: hold: task; it replaces ship, said by ann on \d{4}-\d\d-\d\d/);
    expect(words).toContain('line 3 was refused: run "two" has no verdict about "weather"');
    expect(words).toContain('line 4 was refused: the store has no run "none"');
    const exported = await quorate(["export", "--truths"], cwd);
    expect(exported.code).toBe(0);
    const written = exported.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .toSorted((a, b) => String(a["run"]).localeCompare(String(b["run"])));
    expect(written).toEqual([
      {
        run: "one",
        subject: "task",
        truth: "hold",
        by: "bob",
        at: "2026-11-30T12:00:00.000Z",
        kind: "claim",
        supervisor: "gate",
      },
      expect.objectContaining({ run: "two", truth: "ship", by: "ci" }),
    ]);
    const again = await quorate(["truth", "--from", "-", "--json"], cwd, exported.stdout);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ recorded: 2, refused: [] });
    const once = await quorate(["export", "--truths", "--team", "gate"], cwd);
    expect(once.stdout).toBe(exported.stdout);
    expect((await quorate(["export", "--truths", "--team", "nobody"], cwd)).stdout).toBe("");
  });

  it("are none of them recorded where a line is no truth, and the sentence says which", async () => {
    const cwd = await oneRun();
    const good = { run: "latest", subject: "task", truth: "hold" };
    for (const [line, why] of [
      ["{", "standard input, line 2 is not JSON: it ends too early, at column 2."],
      ["{nope}", 'standard input, line 2 is not JSON: unexpected "n" at column 2.'],
      ["[]", "standard input, line 2 is not an object"],
      ['{"run":"a","subject":"task","truht":"hold"}', "did you mean truth?"],
      ['{"run":"a","subject":"task"}', "line 2 has no truth"],
      ['{"run":7,"subject":"task","truth":1}', "line 2 has a run that is not a text"],
      ['{"subject":"task","truth":1}', "line 2 has no run"],
      ['{"run":"a","subject":"task","truth":1,"at":"noon"}', 'has an "at" that is not a time'],
    ] as const) {
      const input = `${JSON.stringify(good)}\n${line}\n`;
      const { code, stderr } = await quorate(["truth", "--from", "-"], cwd, input);
      expect(code).toBe(2);
      expect(stderr).toContain(why);
    }
    expect((await quorate(["export", "--truths"], cwd)).stdout).toBe("");
  });

  it("say what to give", async () => {
    const cwd = folder();
    for (const args of [
      ["truth"],
      ["truth", "latest"],
      ["truth", "r", "--from", "-"],
      ["export"],
    ]) {
      const { code, stderr } = await quorate(args, cwd);
      expect(code).toBe(2);
      expect(stderr).toMatch(/--from|--truths/);
    }
    const former = await quorate(["outcome", "latest", "task", "hold", "--by", "x"], cwd);
    expect(former.code).toBe(2);
    expect(former.stderr).toContain("renamed to truth");
    expect((await quorate(["--help"], cwd)).stdout).not.toContain("outcome ");
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
