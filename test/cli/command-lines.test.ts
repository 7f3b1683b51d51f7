import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { folder, manyLines, quorate, team, words, type Finished } from "./command.ts";

const root = join(import.meta.dirname, "../..");
let cwd = "";
beforeAll(async () => {
  cwd = folder();
  const write = (file: string, text: string): void => writeFileSync(join(cwd, file), text);
  for (const name of ["gated"])
    write(`${name}.ts`, `export { default } from ${JSON.stringify(team(name))};\n`);
  write(
    "refusing.ts",
    `import { agent, supervisor } from ${JSON.stringify(join(root, "src/index.ts"))};
const run = () => { throw new Error("the task has no diff"); };
export default supervisor({ name: "refusing", agents: { one: agent({ name: "one", retries: 0, run }) } });
`,
  );
  write("task.json", '{"types":"hold"}');
  write("bad.json", '{"a":1,');
  write("empty.ts", "export {};\n");
  write("enum.ts", "enum A { B }\nexport default A;\n");
  write("package.json", '{"type":"module"}');
  mkdirSync(join(cwd, "old"));
  write("old/package.json", '{"type":"commonjs"}');
  write("old/team.ts", 'import "node:fs";\nexport default 1;\n');
  await quorate(["run", "gated.ts", "--input", "task.json", "--id", "first"], cwd);
});

type Row = readonly [line: string, code: number, said: string | RegExp];

// Those that the first stranger typed, in that order. What there is under another name is said by that name.
const TYPED: readonly Row[] = [
  ["run gated.ts --input task.json", 0, "gated  complete; it passes"],
  ["run gated.ts --input none.json", 2, "none.json cannot be read: there is no such file"],
  ["run gated.ts --input bad.json", 2, "bad.json is not JSON: it ends too early, at line 1"],
  ["run refusing.ts --input '{}'", 1, "the task has no diff"],
  [
    "run gated.ts --input '{}' --agents secruity",
    2,
    "gated has no agent secruity; it has security",
  ],
  ["run gated.ts --input '{}' --mode paralel", 2, "sequence; did you mean parallel?"],
  ["run gated.ts --input '{}' --report mdd=a", 2, "html; did you mean md?"],
  ["report first --format markdwon", 2, "Allowed choices are md, json, junit, sarif, github"],
  ["report first --format jsno", 2, "github; did you mean json?"],
  ["audit jugde", 2, "Allowed choices are judge; did you mean judge?"],
  ["agents --labels opn", 2, "open; did you mean open?"],
  ["init --template reveiw", 2, "panel; did you mean review?"],
  ["eval gated.ts cases.jsonl --report jsno=a", 2, "junit; did you mean json?"],
  ["run gated.ts --input '{}' --mode zigzag", 2, "Allowed choices are parallel, sequence"],
  ["run old --input '{}'", 2, "old is no file"],
  ["run empty.ts --input '{}'", 2, "empty.ts does not export a supervisor"],
  ["run enum.ts --input '{}'", 2, /enum.ts cannot be loaded: .*enum/],
  ["show latest", 0, "Answers"],
  ["explain first", 0, "ship: decided by vote"],
  ["runs --json", 0, '"runId"'],
  ["bill", 0, "calls"],
  ["plan gated.ts --input task.json", 0, "gated: a plan"],
  ["prune --older-than 30d", 0, "0 runs"],
  ["outcome first task hold", 2, "quorate outcome was renamed to truth"],
  ["agents", 0, ""],
  ["audit judge", 0, ""],
  ["--version", 0, /^\d+\.\d+\.\d+\n$/],
  ["rnu", 2, "did you mean run?"],
  ["--verison", 2, "did you mean --version?"],
  ["init old --template council --yes", 0, "wrote  council.mts"],
  ["new", 2, "unknown command 'new'; did you mean init?"],
  ["create", 2, "did you mean init?"],
  ["list", 2, "did you mean runs?"],
  ["ls", 2, "did you mean runs?"],
  ["status", 2, "did you mean show?"],
  ["logs", 2, "did you mean show?"],
  ["help", 0, "Commands:"],
  ["version", 0, /^\d+\.\d+\.\d+\n$/],
  ["-v", 0, /^\d+\.\d+\.\d+\n$/],
  ["-i gated.ts", 2, "unknown option '-i'; see quorate --help"],
  ["gated.ts", 2, "unknown command 'gated.ts'; did you mean run gated.ts?"],
  ["doctor", 0, /ok +Node: v\d/],
  ["ui", 2, "did you mean serve?"],
  ["serve", 2, "missing required argument 'team', as in: quorate serve team.ts"],
  ["dev", 2, "did you mean serve?"],
  ["watch", 2, "did you mean follow?"],
  ["cost", 2, "did you mean bill?"],
  ["delete", 2, "delete is not told which runs: give a run, --tenant or --tag"],
  ["cancel", 2, "missing required argument 'run', as in: quorate cancel latest"],
  ["export first", 0, /^\{"runId":"first","seq":1,.*\n(?:\{.*\}\n)+$/],
  ["tail", 2, "did you mean follow?"],
  ["report first", 0, "### Quorate"],
  ["test", 2, "unknown command 'test'; see quorate --help"],
  ["config", 2, "unknown command 'config'; see quorate --help"],
  ["completion zsh", 0, "#compdef quorate"],
  ["completions", 2, "did you mean completion?"],
];

const WRONG: readonly Row[] = [
  ["run", 2, "missing required argument 'team', as in: quorate run team.ts --input task.json"],
  [
    "run gated.ts",
    2,
    "there is no task; give it with --input FILE, --text FILE or --set NAME=VALUE",
  ],
  ["run gated.ts --inptu task.json", 2, "unknown option '--inptu'; did you mean --input?"],
  ["run gated.ts task.json", 2, "Expected 1 argument but got 2"],
  ["run none.ts --input '{}'", 2, "There is no file none.ts; give a TypeScript or JavaScript file"],
  ["run gated.ts --input", 2, "option '--input <json>' argument missing"],
  ["run gated.ts --text words", 2, 'There is no file "words"; --text takes a file, or - for'],
  ["run gated.ts --input words", 2, "to give the text itself, use --input '\"words\"'"],
  [
    "run gated.ts --text task.json --set a=b",
    2,
    "--text is the whole task; leave --input and --set",
  ],
  ["run gated.ts --set a", 2, "give a name and a value: name=text, name:=JSON or name=@file"],
  ["run gated.ts --set a=1 --set a=2", 2, '"a" is given already; give each name once'],
  ["run gated.ts --set a:=x", 2, 'the value of a is not JSON: unexpected "x" at line 1, column 1'],
  ["run gated.ts --set a=@none", 2, 'There is no file "none"; --set a=@@… gives a text'],
  [
    "run gated.ts --input 5 --set a=b",
    2,
    "--set sets members of an object, and the input is not one",
  ],
  ["run gated.ts --input '{}' --budget much", 2, "give an amount in US dollars, as in 0.50"],
  ["run gated.ts --input '{}' --budget -1", 2, "give an amount in US dollars, as in 0.50"],
  ["run gated.ts --input '{}' --deadline 5", 2, "give a number and a unit, as in 30s, 5m or 1h"],
  ["run gated.ts --input '{}' --timeout soon", 2, "give a number and a unit, as in 30s, 5m or 1h"],
  ["run gated.ts --input '{}' --concurrency 0", 2, "give a whole number, 1 or more"],
  ["run gated.ts --input '{}' --report pdf=a", 2, "formats are md, json, junit, sarif"],
  [
    "run gated.ts --input '{}' --report md=no/a.md",
    2,
    "There is no folder no for the report no/a.md",
  ],
  ["run gated.ts --input '{}' --report md=old", 2, "old is a folder; name a file for the report"],
  ["run gated.ts --input '{}' --fail-on =", 2, '"=" says nothing to fail on; give a winner'],
  ["run gated.ts --input '{}' --fail-on severity>=bad", 2, "severity>= with one of critical, high"],
  ["run gated.ts --input '{}' --tag x", 2, 'give a name and a value, as in "branch=main"'],
  ["run gated.ts --input '{}' --agents security,", 2, "give names separated by commas"],
  ["run gated.ts --input '{}' --env-file none.env", 2, "there is no such file"],
  ["run gated.ts --input '{}' --prices none.json", 2, "none.json cannot be read: there is no such"],
  ["run gated.ts --input '{}' --prices bad.json", 2, "bad.json is not JSON"],
  ["run gated.ts --input '{}' --db old", 2, "old is a folder; name a file with --db FILE"],
  ["run gated.ts --input '{}' --db no/a.db", 2, "There is no folder no for the database no/a.db"],
  ["run gated.ts --input '{}' --db task.json", 2, /task.json.*is no/],
  ["run gated.ts --input '{}' --id first", 2, "first"],
  ["run gated.ts --input '{}' --detach --budget 1", 2, "--budget is for the process that carries"],
  ["show", 2, "missing required argument 'run', as in: quorate show latest"],
  ["show nothing", 2, 'quorate.db has no run "nothing"; "quorate runs" lists what it has'],
  ["show latest --db none.db", 2, "There is no database none.db; say where the runs are"],
  ["show latest --jsno", 2, "unknown option '--jsno'; did you mean --json?"],
  ["explain nothing", 2, 'has no run "nothing"'],
  ["runs --status wating", 2, 'did you mean "waiting"?'],
  ["runs --status ded", 2, 'did you mean "dead"?'],
  ["retry", 2, "missing required argument 'run', as in: quorate retry 3f2a"],
  ["runs --limit 0", 2, "give a whole number, 1 or more"],
  ["runs --since yesterday", 2, "give a number and a unit, as in 30d, 12h, 90m"],
  ["resume none.ts", 2, "There is no file none.ts"],
  ["resume gated.ts", 2, "has no run of gated that is interrupted"],
  ["resume gated.ts first --all", 2, "Give either the run first or --all, not both"],
  ["resume gated.ts --all --report md=a.md", 2, "--report is of one run; leave it out with --all"],
  ["fork gated.ts", 2, "missing required argument 'run'"],
  ["fork gated.ts first --from secruity", 2, 'there is no agent "secruity" to fork from'],
  ["decide first", 2, "run first waits for nothing; there is nothing to decide"],
  ["decide", 2, "missing required argument 'run'"],
  ["decide first task ship", 2, "first"],
  ["decide first task", 2, 'run first does not wait for "task"; it waits for nothing'],
  ["truth first", 2, "say which run and which subject, or give --from FILE"],
  ["truth first task", 2, "give either a value or --forget"],
  ["truth --from none.jsonl", 2, "none.jsonl cannot be read: there is no such file"],
  ["prune", 2, "required option '--older-than <age>' not specified"],
  ["prune --older-than 30", 2, "give a number and a unit, as in 30d, 12h, 90m"],
  ["export", 2, "say what: a run, --truths or --cases"],
  ["export first --truths", 2, "say what: a run, --truths or --cases"],
  ["import none.jsonl", 2, "none.jsonl cannot be read: there is no such file"],
  [
    "import task.json",
    2,
    "task.json, line 1 is not an event of a run; write the file with quorate",
  ],
  ["report first --format pdf", 2, "Allowed choices are md, json, junit, sarif, github"],
  ["audit agents", 2, "Allowed choices are judge"],
  ["bill --since long", 2, "give a number and a unit, as in 30d, 12h, 90m"],
  ["worker gated.ts --concurrency 0", 2, "use a whole number from 1 to 1000"],
  ["export --cases --team gtaed", 0, 'no run of a team "gtaed" is in quorate.db; it has runs of '],
  [
    "export --truths --team refusing",
    0,
    "no truth is recorded for a run of refusing in quorate.db",
  ],
  ["serve gated.ts --tokens none.json", 2, "none.json cannot be read: there is no such file"],
  [
    "serve gated.ts --tokens gated.ts",
    2,
    "--tokens gated.ts is not JSON; look at line 1, column 1",
  ],
  [
    "serve gated.ts --tokens task.json",
    2,
    "--tokens task.json is not a list; write [{ … }] into it",
  ],
  ["serve gated.ts --port 99999", 2, "use a number from 0 to 65535"],
  ["init --template gat", 2, "Allowed choices are gate, review, council, panel"],
  ["completion tcsh", 2, "Allowed choices are zsh, bash, fish, powershell"],
  ["help rnu", 2, "unknown command 'rnu'; did you mean run?"],
  ["delte", 2, /^quorate: unknown command 'delte'; see quorate --help\n$/],
  ["cancl", 2, /^quorate: unknown command 'cancl'; see quorate --help\n$/],
  ["decde", 2, /^quorate: unknown command 'decde'; see quorate --help\n$/],
  ["prun", 2, /^(?!.*prune\?)/],
  ["thruth", 2, /^quorate: unknown command 'thruth'; see quorate --help\n$/],
];

describe.each([
  ["that strangers type", TYPED],
  ["that are wrong", WRONG],
])("command lines %s", (_, rows) => {
  let finished: readonly Finished[] = [];
  beforeAll(() => {
    finished = manyLines(
      rows.map(([line]) => line),
      cwd,
    );
  });

  it.each(rows.map((row, index) => [...row, index] as const))(
    "quorate %s",
    (_line, code, said, index) => {
      const { stdout, stderr, code: ended } = finished[index] as Finished;
      const flat = (stdout + stderr).replaceAll(/\n +/g, " ");
      if (typeof said === "string") expect(flat).toContain(said);
      else expect(code === 0 ? stdout : stderr).toMatch(said);
      expect({ ended, flat }).toMatchObject({ ended: code });
      // What goes wrong is one sentence, which begins as all do, and no stack.
      if (code === 2) expect(stderr).toMatch(/^quorate: [^\n]+\n$/);
    },
  );
});

describe("the help of quorate", () => {
  it("of every command ends with examples, is at most 80 columns wide, and is the same by help CMD", () => {
    const [help] = manyLines(["--help"], cwd) as [Finished];
    const names = [...help.stdout.matchAll(/^ {2}([a-z]+)(?: [<[]|  )/gm)].flatMap(
      ([, name = ""]) => (name === "help" ? [] : [name]),
    );
    expect(names).toEqual(
      expect.arrayContaining(["run", "report", "init", "doctor", "completion"]),
    );
    const helps = manyLines(
      names.map((name) => `help ${name}`),
      cwd,
    );
    const flags = manyLines(
      names.map((name) => `${name} --help`),
      cwd,
    );
    for (const [index, name] of names.entries()) {
      const { stdout, code } = helps[index] as Finished;
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`\nExamples:\n(?:.*\n)*?.*quorate ${name}`));
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
      // The completion's own library prints its help where its command is called.
      if (name !== "completion") expect(flags[index]).toEqual(helps[index]);
    }
  });
});

describe("as processes", () => {
  it.each([
    ["rnu", 2, "did you mean run?"],
    ["version", 0, "."],
    ["run old/team.ts --input 1", 2, 'old/team.ts is taken for CommonJS; put "type": "module"'],
    ["show latest --db none.db", 2, "There is no database none.db"],
  ])("command lines end in the same way: %s", async (line, code, said) => {
    const finished = await quorate(words(line), cwd);
    expect(finished.code).toBe(code);
    expect(finished.stdout + finished.stderr).toContain(said);
    if (code === 2) expect(finished.stderr).toMatch(/^quorate: [^\n]+\n$/);
  });
});
