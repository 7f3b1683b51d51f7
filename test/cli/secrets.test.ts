import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, quorate, start, team } from "./command.ts";

const secret = team("secret");
const TOKEN = "hunter-4711";
const INPUT = JSON.stringify({ token: TOKEN });

it("prints no secret and leaves none in the file, whatever is done with a run", async () => {
  const cwd = folder();
  const printed: string[] = [];
  const call = async (args: readonly string[], code: number, input = ""): Promise<string> => {
    const ended = await quorate(args, cwd, input);
    printed.push(ended.stdout, ended.stderr);
    expect([args, ended.code, ended.stderr]).toEqual([args, code, expect.any(String)]);
    return ended.stdout;
  };
  const run = ["run", secret, "--id", "r", "--input", "-"];
  await call(run, 3, INPUT);
  await call(["run", secret, "--input", "-"], 2, JSON.stringify({ token: TOKEN, refuse: true }));
  await call(["run", secret, "--id", TOKEN, "--input", "-"], 2, INPUT);
  await call(["plan", secret, "--input", "-"], 2, JSON.stringify({ token: TOKEN, refuse: true }));
  // One position looks like the other, and what is typed is not repeated.
  await call(["decide", "r", "task", "ship [redacted]"], 0);
  await call(["runs"], 0);
  for (const page of [["show"], ["show", "--json"], ["show", "--full"], ["explain", "--full"]]) {
    const [name = "", ...flags] = page;
    await call([name, "r", ...flags], 0);
  }
  await call(["bill", "--json"], 0);
  await call(run, 3, INPUT);
  await call(["fork", secret, "r", "--input", "-"], 3, INPUT);
  await call(["outcome", "r", "task", TOKEN], 2);
  await call(["agents", "secret"], 2);
  await call(["audit", "judge"], 0);
  expect(printed.filter((text) => text.includes(TOKEN))).toEqual([]);
  const bytes = readdirSync(cwd).map((name) => readFileSync(join(cwd, name), "latin1"));
  expect(bytes.join("")).toContain("[redacted]");
  expect(bytes.filter((file) => file.includes(TOKEN))).toEqual([]);
});

describe("a team with secrets whose agent", () => {
  const PLACE = String.raw`\(\S*straying\.ts, line \d+\)`;
  const LEFT = 'the agent "straying" left a promise behind that rejected: [redacted]';
  it.each([
    ["in a promise", `${LEFT} `, PLACE],
    ["in a timer", 'the agent "straying" threw where nobody could catch it: [redacted] ', PLACE],
    ["by its exit", 'the agent "straying" called process.exit([redacted]) ', PLACE],
    ["in a thread", "threw where nobody could catch it: [redacted]", ""],
  ])("says one %s, has its place told, and not its words", async (how, said, place) => {
    const cwd = folder();
    const variables = { STRAY: `says a secret ${how}`, QUORATE_DEBUG: "1" };
    const args = ["run", team("straying"), "--input", "-", "--json"];
    const { code, stdout, stderr } = await quorate(args, cwd, INPUT, variables);
    expect(code).toBe(1);
    const [first = "", ...frames] = stderr.split("\n");
    expect(first).toContain(said);
    expect(first).toMatch(new RegExp(`${place}$`));
    if (place !== "") expect(frames.join("\n")).toMatch(/\n {4}at \S*straying\.ts:\d+/);
    expect(`${stdout}${stderr}`).not.toContain(TOKEN);
    const bytes = readdirSync(cwd).map((name) => readFileSync(join(cwd, name), "latin1"));
    expect(bytes.join("")).not.toContain(TOKEN);
  });
});

it("tells two positions that look the same apart by their place, and says what of a decision is not kept", async () => {
  const cwd = folder();
  const two = team("secret-two");
  await quorate(["run", two, "--input", "-"], cwd, "{}");
  const unclear = await quorate(["decide", "latest", "task", "***"], cwd);
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toContain("name one by its index: 0 (held by bold), 1 (held by careful)");
  const why = ["--why", "hunter2 is older"];
  const taken = await quorate(["decide", "latest", "task", "--index", "1", ...why], cwd);
  expect(taken.code).toBe(0);
  expect(taken.stdout).toContain("decided: ***: task");
  expect(taken.stdout.replaceAll(/\s+/g, " ")).toContain("What you wrote is not kept");
  const shown = await quorate(["show", "latest", "--json"], cwd);
  expect(shown.stdout).not.toContain("hunter");
  expect(JSON.parse(shown.stdout)).toMatchObject({ status: "waiting" });
});

it("keeps what a person wrote, without its secrets, where the team is given", async () => {
  const cwd = folder();
  const two = team("secret-two");
  await quorate(["run", two, "--input", "-"], cwd, "{}");
  const args = [
    "decide",
    "latest",
    "task",
    "--index",
    "0",
    "--team",
    two,
    "--why",
    "hunter2 is older",
  ];
  const { code, stdout } = await quorate(args, cwd);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain('a person decided for "***": *** is older');
  expect(stdout).not.toContain("hunter");
});

describe("a database whose address is written wrongly", () => {
  it.each([
    "postgres:/ann:hunter-4711@127.0.0.1/runs",
    "postgres//ann:hunter-4711@127.0.0.1/runs",
    "postgres:ann:hunter-4711@127.0.0.1/runs",
    "mysql://ann:hunter-4711@127.0.0.1/runs",
    "ann:hunter-4711@127.0.0.1/runs",
    "mysql://127.0.0.1/runs?user=ann&password=hunter-4711",
    " mysql://ann:hunter-4711/with@signs:of@127.0.0.1/runs",
  ])("is refused without its password: %s", async (QUORATE_DB) => {
    const cwd = folder();
    for (const args of [
      ["runs"],
      ["run", secret, "--input", "-"],
      ["show", "latest"],
      ["doctor"],
    ]) {
      const { code, stdout, stderr } = await quorate(args, cwd, INPUT, { QUORATE_DB });
      expect([args, code === 0]).toEqual([args, false]);
      expect(`${stdout}${stderr}`).toContain("postgres://user@host:5432/name");
      expect(`${stdout}${stderr}`).not.toMatch(/hunter|4711|signs/);
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each(["POSTGRES://", " postgres://", "PostgreSQL://"])(
    "is understood where only its beginning is odd: %s",
    async (scheme) => {
      const QUORATE_DB = `${scheme}ann:hunter-4711@127.0.0.1:9/runs`;
      const { child, finished, printed } = start(["runs"], folder(), "", { QUORATE_DB });
      await printed("waiting for the database");
      child.kill("SIGTERM");
      const { stdout, stderr } = await finished;
      expect(stderr).toContain("ann@127.0.0.1:9/runs");
      expect(`${stdout}${stderr}`).not.toContain("hunter");
    },
  );
});
