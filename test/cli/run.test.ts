import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import { folder, quorate, start, team } from "./command.ts";

const run = (script: object, ...flags: string[]) =>
  quorate(["run", team("scripted"), "--input", "-", ...flags], folder(), JSON.stringify(script));

describe("quorate run", () => {
  it("shows the answers, the verdict with its reasons, the bill and how to see it again", async () => {
    const { code, stdout, stderr } = await run({
      security: "hold",
      performance: "hold",
      style: "ship",
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("asking 3 agents in parallel");
    expect(stdout).toMatch(/security +ok .*hold/);
    expect(stdout).toContain("hold: decided by vote");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain('"ship" by style');
    expect(stdout).toContain("3 calls, 3 attempts");
    expect(stdout).toMatch(/\n {2}quorate show [0-9a-f]{8}\n/);
  });

  it.each(["npx", "gate"])(
    "names itself as npx or a script of package.json found it: %s",
    async (found) => {
      const variables = { npm_lifecycle_event: found };
      const args = ["run", team("scripted"), "--input", "-"];
      const { stdout } = await quorate(args, folder(), "{}", variables);
      expect(stdout).toMatch(/\n {2}npx quorate show [0-9a-f]{8}\n/);
    },
  );

  it("tells a verdict as it is reached", async () => {
    expect((await run({})).stdout).toContain(" verdict: ship, unanimous: task\n");
    expect((await run({ style: "hold" })).stdout).toContain(
      " verdict: ship, decided by vote: task\n",
    );
  });

  it("exits with 0 when all agree, 3 when the vote is tied or somebody is missing, 1 when a required one is", async () => {
    const codes = await Promise.all([
      run({}),
      run({ security: "hold" }, "--agents", "security,style"),
      run({ style: "fail" }),
      run({ security: "fail" }),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([0, 3, 3, 1]);
    expect(codes[2]?.stdout).toMatch(/style +failed .*nothing to say/);
  });

  it("prints one JSON document and nothing else with --json", async () => {
    const { code, stdout } = await run(
      { security: "hold", style: "fail" },
      "--json",
      "--mode",
      "sequence",
    );
    expect(code).toBe(3);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      status: "partial",
      mode: "sequence",
      log: "quorate.db",
      results: {
        security: { status: "ok", output: { recommendation: "hold" } },
        style: { status: "failed" },
      },
      missing: [{ agent: "style", why: "failed" }],
      verdicts: [{ subject: "task" }],
    });
  });

  it("reads the task from a file, and keeps the log where it is told", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "task.json"), "{}");
    const { code, stdout } = await quorate(
      ["run", team("scripted"), "--input", "task.json", "--db", "runs here.db"],
      cwd,
    );
    expect(code).toBe(0);
    expect(existsSync(join(cwd, "runs here.db"))).toBe(true);
    expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
    expect(stdout).toContain("--db 'runs here.db'");
  });

  it("says of a database in memory that it is gone, and no command that would look for it", async () => {
    const args = ["run", team("asking"), "--input", "{}", "--db", ":memory:"];
    const { stdout, code } = await quorate(args, folder());
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /Log\n {2}in memory only: it is gone now; --db FILE keeps the next one\n$/,
    );
  });

  it("is plain and at most 80 columns wide when piped, whatever the agents write", async () => {
    const pages = await Promise.all(
      [[], ["--full"], ["--json"]].map((flags) =>
        quorate(["run", team("hostile"), "--input", "-", ...flags], folder(), "null"),
      ),
    );
    for (const { stdout, code } of pages) {
      expect(code).toBe(3);
      expect(stdout).toContain("red");
      expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    }
    const lines = pages.slice(0, 2).flatMap(({ stdout }) => stdout.split("\n"));
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });
});

const INDEX = new URL("../../dist/index.js", import.meta.url).href;

describe("quorate, called wrongly", () => {
  const cases: readonly [string, string, string[], string?][] = [
    ["no such team file", "There is no file nowhere.ts", ["run", "nowhere.ts", "--input", "-"]],
    [
      "a file without a team",
      "does not export a supervisor",
      ["run", team("no-team"), "--input", "-"],
    ],
    [
      "a team that is exported by its name alone",
      'does not export its supervisor gate by default; write "export default gate" in it',
      ["run", "named.mts", "--input", "-"],
    ],
    ["an agent for a team", "exports an agent by default", ["run", "one.mts", "--input", "-"]],
    [
      "a file that is no code",
      "team.json is not code that Node runs as it is",
      ["run", "team.json", "--input", "-"],
    ],
    ["a folder for a team", ". is no file", ["run", ".", "--input", "-"]],
    [
      "a team that cannot be loaded",
      "cannot be loaded: Expression expected (broken.ts, line 3)",
      ["run", "broken.ts", "--input", "-"],
    ],
    [
      "a team that throws",
      "cannot be loaded: no key (throwing.ts, line 1)",
      ["run", "throwing.ts", "--input", "-"],
    ],
    ["no input", "there is no task; give it with --input FILE", ["run", team("scripted")]],
    [
      "an input that is not there",
      "there is no such file",
      ["run", team("scripted"), "--input", "no.json"],
    ],
    [
      "an input that is not JSON",
      'unexpected "n" at line 2, column 1',
      ["run", team("scripted"), "--input", "-"],
      "\nno",
    ],
    [
      "an agent that the team does not have",
      "nobody",
      ["run", team("scripted"), "--input", "-", "--agents", "nobody"],
      "{}",
    ],
    [
      "an unknown mode",
      "--mode",
      ["run", team("scripted"), "--input", "-", "--mode", "chaos"],
      "{}",
    ],
    ["an unknown flag", "--colour", ["runs", "--colour"]],
    [
      "a misspelt flag in the place of one that it has to have",
      "unknown option '--inptu'; did you mean --input?",
      ["run", team("scripted"), "--inptu", "-"],
    ],
    ["an unknown command", "'advise'; see quorate --help", ["advise"]],
    ["the help of an unknown command", "'advise'; see quorate --help", ["help", "advise"]],
    ["an unknown command's help", "'advise'; see quorate --help", ["advise", "--help"]],
    [
      "a task without its flag",
      "; the task is given with --input; see quorate run --help",
      ["run", "team.ts", "null"],
    ],
    [
      "a limit of nothing",
      "'0' is invalid: give a whole number, 1 or more; see quorate runs --help",
      ["runs", "--limit", "0"],
    ],
    ["no database", "There is no database quorate.db", ["runs"]],
    ["a database that is none", "broken.ts", ["runs", "--db", "broken.ts"]],
    [
      "a database where none can be",
      "There is no folder nowhere for the database nowhere/x.db",
      ["run", team("scripted"), "--input", "-", "--db", "nowhere/x.db"],
      "{}",
    ],
    ["a folder for a database", ". is a folder", ["runs", "--db", "."]],
    ["a run of a database without any", "no runs yet", ["show", "latest", "--db", "empty.db"]],
  ];
  it.each(cases)(
    "says what is wrong in one sentence and exits with 2: %s",
    async (_what, sentence, args, input = "") => {
      const cwd = folder();
      await writeFile(join(cwd, "broken.ts"), "\n\nexport default (;");
      await writeFile(join(cwd, "throwing.ts"), 'throw new Error("no key");');
      await writeFile(join(cwd, "empty.db"), "");
      await writeFile(join(cwd, "team.json"), "{}");
      const made = `import { agent, supervisor } from ${JSON.stringify(INDEX)};
        export const one = agent({ name: "one", run: () => "yes" });
        export const gate = supervisor({ name: "gate", agents: { one } });`;
      await writeFile(join(cwd, "named.mts"), made);
      await writeFile(join(cwd, "one.mts"), `${made} export default one;`);
      const { code, stdout, stderr } = await quorate(args, cwd, input);
      expect(stderr).toContain(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).not.toMatch(/ {4}at /);
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(existsSync(join(cwd, "quorate.db"))).toBe(false);
    },
  );

  it("takes a team that a compiler made CommonJS of", async () => {
    const cwd = folder();
    const compiled = `"use strict";
      Object.defineProperty(exports, "__esModule", { value: true });
      const { agent, supervisor } = require(${JSON.stringify(fileURLToPath(INDEX))});
      exports.default = supervisor({ name: "gate", agents: { one: agent({ run: () => "yes" }) } });`;
    await writeFile(join(cwd, "team.cjs"), compiled);
    const { code, stdout, stderr } = await quorate(["run", "team.cjs", "--input", "null"], cwd);
    expect(stdout + stderr).toContain("yes: unopposed");
    expect(code).toBe(0);
  });

  it("says which Node it needs, where it is started by an older one", async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";
    const variables = {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}`,
    };
    const { code, stderr } = await quorate(["runs"], folder(), "", variables);
    expect(stderr).toMatch(/^quorate: this needs Node 22\.18 or newer, and this is v[\d.]+\.\n$/);
    expect(code).toBe(2);
  });

  it("says what to do where a team is taken for CommonJS, as in a package that npm init made", async () => {
    const cwd = folder();
    await writeFile(join(cwd, "package.json"), '{ "type": "commonjs" }');
    await writeFile(join(cwd, "one.ts"), 'import { agent } from "quorate";');
    await writeFile(join(cwd, "two.js"), "export default 1;");
    for (const [file, other] of [
      ["one.ts", "one.mts"],
      ["two.js", "two.mjs"],
    ] as const) {
      const { code, stderr } = await quorate(["run", file, "--input", "-"], cwd, "{}");
      expect(code).toBe(2);
      expect(stderr).toContain(
        `put "type": "module" into the nearest package.json, or call it ${other}.`,
      );
    }
  });

  it("prints the stack with --debug", async () => {
    const { code, stderr } = await quorate(["show", "x", "--debug"], folder());
    expect(code).toBe(2);
    expect(stderr).toMatch(/\n {4}at /);
  });

  it("says how it is called when it is called without anything", async () => {
    const { code, stderr } = await quorate([], folder());
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: quorate/);
    expect(stderr).not.toContain("outputHelp");
  });

  it("explains itself", async () => {
    const { code, stdout } = await quorate(["--help"], folder());
    expect(code).toBe(0);
    for (const word of ["run", "runs", "show", "explain", "Exit codes"])
      expect(stdout).toContain(word);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("quorate run, interrupted", () => {
  const waiting = (script: object, cwd: string) =>
    start(["run", team("scripted"), "--input", "-"], cwd, JSON.stringify(script));

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("cancels in order on %s, and the log says so", async (signal, exitCode) => {
    const cwd = folder();
    const process = waiting({ security: "wait" }, cwd);
    await process.printed("security started");
    process.child.kill(signal);
    const { code, stdout } = await process.finished;
    expect(code).toBe(exitCode);
    expect(stdout).toContain("cancelled");
    const log = await quorate(["show", "latest", "--json"], cwd);
    expect(JSON.parse(log.stdout)).toMatchObject({ status: "cancelled" });
  });

  it("leaves at once when it is pressed twice", async () => {
    const process = waiting({ security: "ignore" }, folder());
    await process.printed("security started");
    process.child.kill("SIGINT");
    await process.printed("stopping; Ctrl-C again");
    process.child.kill("SIGINT");
    const { code, stdout } = await process.finished;
    expect(code).toBe(130);
    expect(stdout).not.toContain("Answers");
  });

  it("ends quietly when its reader goes away", async () => {
    const cwd = folder();
    const process = waiting({ security: "wait", style: "fail" }, cwd);
    await process.printed("asking 3 agents");
    process.child.stdout?.destroy();
    process.child.kill("SIGINT");
    const { stderr } = await process.finished;
    expect(stderr).not.toContain("EPIPE");
    const shown = start(["show", "latest"], cwd);
    shown.child.stdout?.destroy();
    expect(await shown.finished).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("a team file", () => {
  it.each(["10s", "99999999999", "-1", "0", "1.5", " ", "NaN"])(
    "is not loaded within a time that is none: %j",
    async (time) => {
      const args = ["plan", team("scripted"), "--input", "null"];
      const { code, stderr } = await quorate(args, folder(), "", { QUORATE_LOAD_MS: time });
      expect(stderr).toBe(
        `quorate: QUORATE_LOAD_MS is "${time}"; give a whole number of ms, from 1 to 2147483647.\n`,
      );
      expect(code).toBe(2);
    },
  );
});
