import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../src/eval/index.ts";
import { folder, quorate, start, team } from "./command.ts";

const TEAM = team("evaluated");

/** A folder with ten cases: `hold` is true from 5 on. */
function withCases(): string {
  const cwd = folder();
  const lines = Array.from({ length: 10 }, (_, n) =>
    JSON.stringify({ id: `n${n}`, input: { n }, truths: { task: n >= 5 ? "hold" : "ship" } }),
  );
  writeFileSync(join(cwd, "cases.jsonl"), `${lines.join("\n")}\n\n`);
  return cwd;
}

const evaluated = (cwd: string, args: readonly string[], variables = {}) =>
  quorate(["eval", TEAM, "cases.jsonl", ...args], cwd, "", {
    ASKED: join(cwd, "asked"),
    ...variables,
  });

const askedIn = (cwd: string): readonly string[] =>
  existsSync(join(cwd, "asked")) ? readFileSync(join(cwd, "asked"), "utf8").trim().split("\n") : [];

describe("quorate eval", () => {
  it("leaves alone what the configuration says of the reports of runs", async () => {
    const cwd = withCases();
    const config = 'export default { report: { sarif: "out.sarif", md: "out.md" } };\n';
    writeFileSync(join(cwd, "quorate.config.mts"), config);
    writeFileSync(join(cwd, "out.md"), "a report of a run");
    const nobody = await evaluated(cwd, []);
    expect({ code: nobody.code, stderr: nobody.stderr }).toEqual({ code: 3, stderr: "" });
    expect(existsSync(join(cwd, "out.sarif"))).toBe(false);
    expect(readFileSync(join(cwd, "out.md"), "utf8")).toBe("a report of a run");
  });

  it("asks nobody without --live; once asked, answers serve every evaluation after it; a regression is named and is exit 4", async () => {
    const cwd = withCases();
    const nobody = await evaluated(cwd, []);
    expect(nobody.code).toBe(3);
    expect(nobody.stdout).toContain(
      "20 answers of evaluated are not recorded; --live asks for them",
    );
    expect(askedIn(cwd)).toEqual([]);

    const live = await evaluated(cwd, ["--live", "--report", "json=base.json"]);
    expect(live).toMatchObject({ code: 0, stderr: "" });
    expect(live.stdout).toContain("10 cases, 10 truths, 20 calls made now");
    expect(live.stdout).toMatch(/evaluated +10 +0 +0 +1\.000/);
    expect(askedIn(cwd)).toHaveLength(20);

    const summary = join(cwd, "summary.md");
    const same = await evaluated(cwd, ["--baseline", "base.json"], {
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(same).toMatchObject({ code: 0, stderr: "" });
    expect(same.stdout).toContain("nobody was asked, passes");
    expect(readFileSync(summary, "utf8")).toContain("**Passes. 10 cases, 10 truths.**");
    expect(askedIn(cwd)).toHaveLength(20);

    const other = [
      "--live",
      "--baseline",
      "base.json",
      "--report",
      "junit=e.xml",
      "--report",
      "md=e.md",
    ];
    const worse = await evaluated(cwd, other, { ASKED_FROM: "7" });
    expect(worse.code).toBe(4);
    expect(worse.stdout).toContain(
      "2 of 10 truths were right in the baseline and are not now; none may be",
    );
    expect(worse.stdout).toContain("n5, task: hold is true; hold (0.75) before, ship (0.75) now");
    expect(readFileSync(join(cwd, "e.xml"), "utf8")).toContain('failures="2"');
    expect(readFileSync(join(cwd, "e.md"), "utf8")).toContain("- `n6`, task: `hold` is true");
    const tolerated = await evaluated(cwd, ["--baseline", "base.json", "--tolerate", "2"], {
      ASKED_FROM: "7",
    });
    expect(tolerated.code).toBe(0);
  });

  it("goes on where it was killed, and asks for nothing twice", async () => {
    const cwd = withCases();
    const variables = { ASKED: join(cwd, "asked"), ASKED_HANG: "4" };
    const { child, printed, finished } = start(
      ["eval", TEAM, "cases.jsonl", "--live", "--at-once", "1"],
      cwd,
      "",
      variables,
    );
    await printed("hangs");
    child.kill("SIGKILL");
    await finished;
    expect(askedIn(cwd)).toHaveLength(8);
    expect(await evaluated(cwd, ["--live", "--json"])).toMatchObject({ code: 0 });
    expect(askedIn(cwd)).toHaveLength(20);
    expect(new Set(askedIn(cwd)).size).toBe(20);
  });

  it("is stopped by Ctrl-C with 130, and says where the answers are", async () => {
    const cwd = withCases();
    const { child, printed, finished } = start(["eval", TEAM, "cases.jsonl", "--live"], cwd, "", {
      ASKED_HANG: "3",
    });
    await printed("hangs");
    child.kill("SIGINT");
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain("the answers so far are in cases.answers.jsonl");
  });

  it("evaluates runs whose truths were recorded, and several teams side by side", async () => {
    const cwd = folder();
    for (const n of [1, 9]) {
      await quorate(["run", TEAM, "--set", `n:=${n}`, "--id", `run-${n}`], cwd);
      await quorate(["truth", `run-${n}`, "task", "hold"], cwd);
    }
    const cases = await quorate(["export", "--cases"], cwd);
    expect(cases).toMatchObject({ code: 0, stderr: "" });
    writeFileSync(join(cwd, "cases.jsonl"), cases.stdout);
    writeFileSync(
      join(cwd, "other.ts"),
      `import team from ${JSON.stringify(TEAM)};\nexport default team;\n`,
    );
    const { code, stdout } = await evaluated(cwd, ["--beside", "./other.ts", "--json"]);
    expect(code).toBe(0);
    const { teams } = JSON.parse(stdout) as Evaluation;
    expect(teams.map(({ name, asked, score }) => [name, asked, score.right])).toEqual([
      [TEAM, 0, 1],
      ["./other.ts", 0, 1],
    ]);
    expect(askedIn(cwd)).toEqual([]);
    expect(await quorate(["export"], cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/say what: .*--truths or --cases/) as string,
    });
  });

  it("refuses, before anything is asked, what it cannot read or write", async () => {
    const cwd = withCases();
    writeFileSync(join(cwd, "bad.jsonl"), '{"input":1,"truths":{"task":1}}\n{"input":\n');
    writeFileSync(join(cwd, "base.json"), "{}");
    for (const [args, sentence] of [
      [["eval", TEAM, "nowhere.jsonl"], "nowhere.jsonl cannot be read: there is no such file"],
      [["eval", TEAM, "bad.jsonl"], "bad.jsonl, line 2 is not JSON: it ends too early"],
      [
        ["eval", TEAM, "cases.jsonl", "--live", "--baseline", "base.json"],
        "base.json has the schema",
      ],
      [["eval", TEAM, "cases.jsonl", "--live", "--report", "pdf=x"], "formats are md, json, junit"],
      [["eval", TEAM, "cases.jsonl", "--live", "--report", "md=no/x"], "There is no folder no"],
      [
        ["eval", TEAM, "cases.jsonl", "--live", "--report", "md=./cases.jsonl"],
        "./cases.jsonl is the file of cases of this command",
      ],
      [
        ["eval", TEAM, "cases.jsonl", "--live", "--report", "md=cases.answers.jsonl"],
        "cases.answers.jsonl is the file of answers of this command",
      ],
      [
        ["eval", TEAM, "cases.jsonl", "--live", "--answers", "cases.jsonl"],
        "cases.jsonl is the file of cases of this command",
      ],
      [["eval", TEAM, "cases.jsonl", "--live", "--min-accuracy", "2"], "give a share from 0 to 1"],
      [["eval", TEAM], "missing required argument 'cases'"],
    ] as const) {
      const { code, stderr } = await quorate(args, cwd, "", { ASKED: join(cwd, "asked") });
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining(sentence) as string,
      });
    }
    expect(askedIn(cwd)).toEqual([]);
  });
});
