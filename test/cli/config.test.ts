import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

/** A folder in which a file says what commands are told. */
function place(config: string, file = "quorate.config.mts"): string {
  const cwd = folder();
  writeFileSync(join(cwd, file), `export default ${config};\n`);
  return cwd;
}

const quoted = JSON.stringify;

describe("quorate.config.ts", () => {
  it("says which team, where its runs are, what must not come out and what is reported", async () => {
    const cwd = place(`{
      team: ${quoted(team("gated"))},
      db: "mine.db",
      failOn: ["ship", "severity>=high"],
      report: { md: "out.md", json: "out.json" },
      tag: { branch: "main" },
    }`);
    const run = await quorate(["run", "--input", '{"votes":{"a":"ship"}}', "--json"], cwd);
    expect(run).toMatchObject({ code: 4, stderr: "" });
    expect(readFileSync(join(cwd, "out.md"), "utf8")).toContain("ship");
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
    const runs = await quorate(["runs", "--db", "mine.db", "--tag", "branch=main"], cwd);
    expect(runs.stdout).toContain("gated");
    // A run in the place of the team: the flag goes before the file.
    const fork = await quorate(["fork", "latest", "--fail-on", "hold", "--report", "md=2.md"], cwd);
    expect(fork).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(cwd, "2.md"))).toBe(true);
  });

  it("has to export something, and is told how where it does not", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "quorate.config.mts"), 'export const team = "gate.ts";\n');
    const { code, stderr } = await quorate(["run", "--input", "null"], cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `quorate.config.mts has no default export; write "export default { team: 'gate.ts' }" into it`,
    );
  });

  it("goes behind the environment, and that behind a flag", async () => {
    const cwd = place(`{ team: ${quoted(team("echo"))}, db: "file.db" }`);
    const made = async (args: readonly string[], QUORATE_DB: string): Promise<string[]> => {
      await quorate(["run", "--input", "null", ...args], cwd, "", { QUORATE_DB });
      return ["file.db", "env.db", "flag.db"].filter((file) => existsSync(join(cwd, file)));
    };
    expect(await made(["--db", "flag.db"], "env.db")).toEqual(["flag.db"]);
    expect(await made([], "env.db")).toEqual(["env.db", "flag.db"]);
    expect(await made([], "")).toEqual(["file.db", "env.db", "flag.db"]);
  });

  it("is read by commands that take a team, and by no other", async () => {
    const cwd = place('(() => { throw new Error("it was read") })()');
    const reading = await quorate(["run", team("echo"), "--input", "null"], cwd);
    expect(reading.stderr).toContain("quorate.config.mts cannot be loaded: it was read");
    expect(reading.code).toBe(2);
    for (const args of [["runs"], ["run", "--help"], ["help", "run"], ["decide", "x", "task", "y"]])
      expect((await quorate(args, cwd)).stderr).not.toContain("it was read");
    expect((await quorate(["show", "latest"], cwd)).stderr).toContain(
      "There is no database quorate.db; say where the runs are with --db FILE; quorate.config.mts is read by commands that take a team, and by no other.",
    );
  });

  it.each([
    ['{ tema: "gate.ts" }', 'quorate.config.mts has no option "tema"; did you mean team?'],
    ["[]", "quorate.config.mts is given a list; give it an object with team, db,"],
    ["{ budget: -1 }", "quorate.config.mts: budget is -1; give US dollars, 0 or more"],
    ['{ deadline: "5" }', 'quorate.config.mts: deadline "5" is invalid: give a number and a unit'],
    ['{ report: { pdf: "a" } }', 'quorate.config.mts: report "pdf=a" is invalid: give a format'],
    ['{ envFile: "no.env" }', 'quorate.config.mts: envFile "no.env" is invalid: there is no such'],
    ["{ failOn: [1] }", "quorate.config.mts: failOn has an entry that is 1; give"],
  ])("is refused in one sentence for what it cannot mean: %s", async (config, sentence) => {
    const { code, stderr } = await quorate(["run", team("echo"), "--input", "null"], place(config));
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  it("is one file", async () => {
    const cwd = place("{}");
    writeFileSync(join(cwd, "quorate.config.js"), "");
    const { code, stderr } = await quorate(["run", team("echo"), "--input", "null"], cwd);
    expect(stderr).toContain("There are quorate.config.mts and quorate.config.js; keep one");
    expect(code).toBe(2);
  });

  it("bounds plans and runs, and leaves alone what a worker gets", async () => {
    const cwd = place(`{ team: ${quoted(team("echo"))}, budget: 0, report: { md: "a.md" } }`);
    const plan = await quorate(["plan", "--input", "null", "--json"], cwd);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      budgets: [expect.objectContaining({ limitMicros: 0 })],
    });
    const flagged = await quorate(["plan", "--input", "null", "--budget", "0.5", "--json"], cwd);
    expect(JSON.parse(flagged.stdout)).toMatchObject({
      budgets: [expect.objectContaining({ limitMicros: 500_000 })],
    });
    expect(await quorate(["run", "--input", "null", "--detach"], cwd)).toMatchObject({ code: 0 });
    expect((await quorate(["resume", "--all"], cwd)).stderr).not.toContain("--report");
  });
});
