import { execFileSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

const finding = {
  text: "The token is logged",
  file: "src/login.ts",
  line: 10,
  severity: "high",
  rule: "no-secrets",
};
const answers = JSON.stringify({
  ann: { recommendation: "hold", findings: [finding] },
  bob: { recommendation: "hold", findings: [] },
});
const run = (
  cwd: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) => quorate(["run", team("reviewing"), "--input", answers, ...args], cwd, "", variables);

const reportFlags = (...given: string[]): string[] => given.flatMap((one) => ["--report", one]);

describe("quorate run --report", () => {
  it("writes the run in every format that is asked for, and its log says the same later", async () => {
    const cwd = folder();
    const formats = ["md", "json", "junit", "sarif", "github", "html"];
    const flags = reportFlags(...formats.map((format) => `${format}=run.${format}`));
    expect(await run(cwd, flags)).toMatchObject({ code: 0, stderr: "" });
    const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
    expect(read("run.md")).toContain("`src/login.ts:10`: The token is logged");
    expect(JSON.parse(read("run.json"))).toMatchObject({
      schema: "quorate-report/1",
      team: { name: "reviewing" },
      verdict: { winner: "hold" },
      findings: [{ file: "src/login.ts", rule: "no-secrets", stands: true }],
    });
    expect(read("run.junit")).toContain('<testsuite name="reviewing: findings" tests="1"');
    expect(JSON.parse(read("run.sarif"))).toMatchObject({ version: "2.1.0" });
    expect(read("run.html")).toContain("<title>reviewing · ");
    expect(read("run.github")).toMatch(/^::error file=src\/login\.ts,line=10,/);

    const again = reportFlags(...formats.map((format) => `${format}=again.${format}`));
    expect(await quorate(["report", "latest", ...again], cwd)).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    for (const format of formats) expect(read(`again.${format}`)).toBe(read(`run.${format}`));
  });

  it("refuses, before anything runs, a format that there is not and a file for which there is no folder", async () => {
    const cwd = folder();
    mkdirSync(join(cwd, "reports"));
    for (const [given, sentence] of [
      ["pdf=run.pdf", 'give a format and a file, as in "md=report.md"'],
      ["md", "formats are md, json, junit, sarif, github, html"],
      ["md=nowhere/run.md", "There is no folder nowhere for the report nowhere/run.md"],
      ["md=reports", "reports is a folder"],
      ["md=-", 'names no file for the report; "quorate report RUN" prints one'],
      ["md=run.txt json=./run.txt", "./run.txt is named for two reports"],
    ] as const) {
      const { code, stderr, stdout } = await run(cwd, reportFlags(...given.split(" ")));
      expect(stderr).toContain(sentence);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
  });

  it.skipIf(process.platform === "win32")(
    "refuses a named pipe, for which its end would wait, and takes a device",
    async () => {
      const cwd = folder();
      execFileSync("mkfifo", [join(cwd, "pipe")]);
      expect(await run(cwd, reportFlags("md=pipe"))).toEqual({
        code: 2,
        stdout: "",
        stderr: "quorate: pipe is a named pipe; name a file for the report.\n",
      });
      expect(await run(cwd, reportFlags("md=/dev/null"))).toMatchObject({ code: 0, stderr: "" });
    },
  );

  it("refuses a file that the command uses itself, by whatever path or link, and leaves it as it is", async () => {
    const cwd = folder();
    const file = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
    const code = `export { default } from ${JSON.stringify(team("reviewing"))};`;
    file("team.mts", code);
    file("task.json", answers);
    file("summary.txt", '"as text"');
    file("prices.json", "{}");
    const own = ["run", "team.mts", "--input", "task.json"];
    const first = await quorate([...own, "--db", "runs.db"], cwd);
    expect(first.code).toBe(0);
    symlinkSync("runs.db", join(cwd, "link.db"));
    linkSync(join(cwd, "runs.db"), join(cwd, "twin.db"));
    mkdirSync(join(cwd, "folder"));
    const [db, later] = [
      ["--db", "runs.db"],
      ["runs.db", "./folder/../runs.db", "link.db", "twin.db", "runs.db-wal", "link.db"],
    ];
    const cases: readonly (readonly [readonly string[], string, string])[] = [
      ...later.map((name) => [[...own, ...db], name, "the database"] as const),
      [[...own, "--db", "link.db"], "runs.db-shm", "the database"],
      [own, "quorate.db", "the database"],
      [["report", "latest", ...db], "runs.db", "the database"],
      [["fork", "team.mts", "latest", ...db], "runs.db", "the database"],
      [["resume", "team.mts", "latest", ...db], "runs.db", "the database"],
      [["decide", "latest", "task", "hold", ...db], "runs.db", "the database"],
      [own, "team.mts", "the team"],
      [["decide", "latest", "task", "hold", "--team", "team.mts"], "team.mts", "the team"],
      [own, "task.json", "the input"],
      [[...own, "--set", "summary=@summary.txt"], "./summary.txt", "the input"],
      [["run", "team.mts", "--text", "summary.txt"], "summary.txt", "the input"],
      [[...own, "--prices", "prices.json"], "prices.json", "the prices"],
    ];
    const before = readFileSync(join(cwd, "runs.db"));
    for (const [args, name, what] of cases) {
      const { code: exitCode, stderr } = await quorate(
        [...args, ...reportFlags(`json=${name}`)],
        cwd,
      );
      expect([exitCode, stderr]).toEqual([
        2,
        `quorate: ${name} is ${what} of this command; name another file for the report.\n`,
      ]);
    }
    const shown = await quorate(["show", "latest", ...db, "--html", "runs.db"], cwd);
    expect(shown).toMatchObject({
      code: 2,
      stderr:
        "quorate: runs.db is the database of this command; name another file for the report.\n",
    });
    expect(readFileSync(join(cwd, "runs.db")).equals(before)).toBe(true);
    expect(readFileSync(join(cwd, "team.mts"), "utf8")).toBe(code);
    expect(readFileSync(join(cwd, "task.json"), "utf8")).toBe(answers);
  });

  it("fails where a report could not be written, as a script that reads it would take an old one for it", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "no-folder"), "");
    const task = JSON.stringify({ ann: {}, bob: {} });
    const code = `import { mkdirSync } from "node:fs"; mkdirSync(${JSON.stringify(join(cwd, "run.md"))}); export { default } from ${JSON.stringify(team("reviewing"))};`;
    writeFileSync(join(cwd, "team.mts"), code);
    const ended = await quorate(
      ["run", "team.mts", "--input", task, ...reportFlags("md=run.md")],
      cwd,
    );
    expect(ended.stderr).toContain("the report run.md could not be written: ");
    expect(ended.code).toBe(1);
  });

  it("adds the run to the summary of a step of GitHub Actions", async () => {
    const cwd = folder();
    const file = join(cwd, "summary.md");
    writeFileSync(file, "before\n");
    await run(cwd, [], { GITHUB_STEP_SUMMARY: file });
    expect(readFileSync(file, "utf8")).toMatch(/^before\n### Quorate: reviewing\n/);
  });

  it("is not kept from its exit code by a summary that cannot be written", async () => {
    const cwd = folder();
    const { code, stderr } = await run(cwd, [], { GITHUB_STEP_SUMMARY: cwd });
    expect(code).toBe(0);
    expect(stderr).toContain("the step's summary");
  });
});

describe("quorate report", () => {
  it("prints the run as Markdown, or in the format that is asked for", async () => {
    const cwd = folder();
    await run(cwd, []);
    expect((await quorate(["report", "latest"], cwd)).stdout).toMatch(/^### Quorate: reviewing\n/);
    for (const [format, beginning] of [
      ["json", "{"],
      ["junit", "<?xml"],
      ["sarif", "{"],
      ["github", "::error file"],
    ] as const) {
      const { stdout, code } = await quorate(["report", "latest", "--format", format], cwd);
      expect(stdout.startsWith(beginning)).toBe(true);
      expect(code).toBe(0);
    }
  });

  it("says what is wrong in one sentence", async () => {
    const cwd = folder();
    expect((await quorate(["report", "latest"], cwd)).stderr).toContain("There is no database");
    expect((await quorate(["report", "x", "--format", "pdf"], cwd)).stderr).toContain(
      "Allowed choices are md, json, junit, sarif, github",
    );
  });
});

describe("what quorate prints where a runner of GitHub Actions reads it", () => {
  const evil = "a\n::add-mask::ship\n  ::stop-commands::t ##[error]x\u2028::error::y";
  const evilAnswers = JSON.stringify({
    ann: { recommendation: evil, findings: [{ ...finding, text: evil, rule: evil, file: "a::b" }] },
    bob: { recommendation: "ship", findings: [] },
  });

  it("has no command of an agent's in it, on the page, in JSON and in an error, and JSON says the same", async () => {
    const cwd = folder();
    const variables = { GITHUB_ACTIONS: "true" };
    const args = ["run", team("reviewing"), "--input", evilAnswers];
    const outputs = [
      await quorate([...args, "--full"], cwd, "", variables),
      await quorate([...args, "--json"], cwd, "", variables),
      await quorate(["explain", "latest", "--full"], cwd, "", variables),
      await quorate(["show", "##[error]nobody"], cwd, "", variables),
      await quorate(["report", "latest"], cwd, "", variables),
      await quorate(["report", "latest", "--format", "junit"], cwd, "", variables),
    ];
    for (const { stdout, stderr } of outputs) {
      const lines = `${stdout}\n${stderr}`.split(/[\r\n]/);
      expect(lines.filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
    }
    expect(JSON.parse(outputs[1]?.stdout ?? "")).toMatchObject({
      results: { ann: { output: { recommendation: evil } } },
    });
  });

  it("has the annotations that are asked for, a line each", async () => {
    const cwd = folder();
    await quorate(["run", team("reviewing"), "--input", evilAnswers], cwd);
    const { stdout } = await quorate(["report", "latest", "--format", "github"], cwd, "", {
      GITHUB_ACTIONS: "true",
    });
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^::error file=a%3A%3Ab,/),
    ]);
  });
});

describe("a report of a gate", () => {
  it("says what does not pass, and the step fails as the gate does", async () => {
    const cwd = folder();
    const { code } = await run(cwd, [
      "--fail-on",
      "hold",
      ...reportFlags("md=run.md", "junit=run.xml", "json=run.json"),
    ]);
    expect(code).toBe(4);
    const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
    expect(read("run.md")).toContain("**Does not pass. Complete.** `hold`");
    expect(read("run.md")).toMatch(/\*\*task\*\*: `hold`: .* It does not pass\.\n/);
    expect(read("run.xml")).toContain(
      '<failure type="gate" message="&quot;hold&quot; does not pass">',
    );
    expect(JSON.parse(read("run.json"))).toMatchObject({ passed: false, against: ["task"] });
  });
});
