import { writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, quorate, team } from "./command.ts";

/** What the agent was asked, and what it found in its environment. */
async function echoed(
  args: readonly string[],
  { cwd = folder(), input = "", variables = {} } = {},
): Promise<unknown> {
  const { stdout, stderr } = await quorate(
    ["run", team("echo"), "--json", ...args],
    cwd,
    input,
    variables,
  );
  if (stdout === "") throw new Error(stderr);
  const { results } = JSON.parse(stdout) as { results: { echo: { output: unknown } } };
  return results.echo.output;
}

describe("the task of quorate run", () => {
  it.each([
    ['{"diff":"x"}', { diff: "x" }],
    ["[1, 2]", [1, 2]],
    ['"a text"', "a text"],
    ["null", null],
    ["-1.5", -1.5],
  ])("is JSON on the command line: %s", async (given, task) => {
    expect(await echoed(["--input", given])).toMatchObject({ task });
  });

  it("is a file where one is called like a word of JSON", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "true"), '"of the file"');
    expect(await echoed(["--input", "true"], { cwd })).toMatchObject({ task: "of the file" });
  });

  it("is a text of a file or of standard input, as it stands there", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "change.diff"), '-a\n+"b"\n');
    expect(await echoed(["--text", "change.diff"], { cwd })).toMatchObject({ task: '-a\n+"b"\n' });
    expect(await echoed(["--text", "-"], { input: "{not json" })).toMatchObject({
      task: "{not json",
    });
  });

  it("is made of members, as texts, as JSON and of files, which go over those of the input", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "change.diff"), "-a\n");
    await writeFile(join(cwd, "limits.json"), '{"most":3}');
    const members = ["diff=@change.diff", "n:=3", "limits:=@limits.json", "by=@@ann", "x=a=b"];
    const set = members.flatMap((member) => ["--set", member]);
    expect(await echoed(set, { cwd })).toMatchObject({
      task: { diff: "-a\n", n: 3, limits: { most: 3 }, by: "@ann", x: "a=b" },
    });
    expect(
      await echoed(["--input", '{"diff":"x","keep":1}', "--set", "diff=y", "--set", "__proto__=z"]),
    ).toMatchObject({ task: JSON.parse('{"diff":"y","keep":1,"__proto__":"z"}') as object });
  });

  it.each([
    [["--input", "{no"], "what was given is not JSON"],
    [["--text", "a", "--input", "{}"], "--text is the whole task"],
    [["--input", "[1]", "--set", "a=b"], "--set sets members of an object"],
    [["--set", "a"], "give a name and a value"],
    [["--set", "a=1", "--set", "a=2"], '"a" is given already'],
    [["--set", "a:=no"], "is not JSON"],
    [["--text", "nowhere.txt"], 'There is no file "nowhere.txt"; --text takes a file'],
    [["--input", "null", "--budget", "much"], "give an amount in US dollars"],
    [["--input", "null", "--deadline", "5"], "give a number and a unit"],
    [["--input", "null", "--concurrency", "0"], "give a whole number"],
  ])("is refused in one sentence, and nothing runs: %j", async (args, sentence) => {
    const cwd = folder();
    const { code, stderr } = await quorate(["run", team("echo"), ...args], cwd);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
  });

  it("may be forked with other members", async () => {
    const cwd = folder();
    await quorate(["run", team("echo"), "--input", '{"a":1}'], cwd);
    const args = ["fork", team("echo"), "latest", "--set", "a:=2", "--json"];
    expect(JSON.parse((await quorate(args, cwd)).stdout)).toMatchObject({
      results: { echo: { output: { task: { a: 2 } } } },
    });
  });

  it("may be planned as it may be run, also where the database that is named is not there yet", async () => {
    const cwd = folder();
    const args = ["plan", team("echo"), "--set", "a=1", "--db", "new.db"];
    expect(await quorate(args, cwd)).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(cwd, "new.db"))).toBe(false);
  });
});

describe("the environment of quorate", () => {
  it("has the variables of a file, under what it has already, and the file may name the database", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "keys.env"), "ECHO_SAYS=from the file\nQUORATE_DB=named.db\n");
    const args = ["--input", "null", "--env-file", "keys.env"];
    expect(await echoed(args, { cwd })).toMatchObject({ said: "from the file" });
    expect(existsSync(join(cwd, "named.db"))).toBe(true);
    const variables = { ECHO_SAYS: "set already" };
    expect(await echoed(args, { cwd, variables })).toMatchObject({ said: "set already" });
  });

  it("has to be there where a file of it is named: nothing runs without", async () => {
    const cwd = folder();
    const args = ["run", team("echo"), "--input", "null", "--env-file", "nowhere.env"];
    const { code, stderr } = await quorate(args, cwd);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/nowhere\.env: not found|there is no such file/);
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
  });

  it("names the database with QUORATE_DB, which --db goes over", async () => {
    const cwd = folder();
    const variables = { QUORATE_DB: "of the environment.db" };
    const run = ["run", team("echo"), "--input", "null"];
    await quorate(run, cwd, "", variables);
    await quorate([...run, "--db", "of the flag.db"], cwd, "", variables);
    expect(existsSync(join(cwd, "of the environment.db"))).toBe(true);
    expect(existsSync(join(cwd, "of the flag.db"))).toBe(true);
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
    expect((await quorate(["runs"], cwd, "", variables)).code).toBe(0);
  });
});

describe("the limits of one quorate run", () => {
  it("bound its attempts, its time and its money", async () => {
    const run = (...args: string[]) => quorate(["run", team("echo"), ...args, "--json"], folder());
    const [attempt, whole, money] = await Promise.all([
      run("--input", '"wait"', "--timeout", "10ms"),
      run("--input", '"wait"', "--deadline", "10ms"),
      run("--input", "null", "--budget", "0.5"),
    ]);
    const errorOf = ({ stdout }: { readonly stdout: string }): unknown =>
      (JSON.parse(stdout) as { results: { echo: { error?: object } } }).results.echo.error;
    expect(errorOf(attempt)).toMatchObject({ code: "TIMEOUT", message: /after 10 ms/ });
    expect(errorOf(whole)).toMatchObject({ code: "TIMEOUT" });
    expect(errorOf(money)).toMatchObject({ code: "NO_BOUND" });
  });
});
