import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "../package/packed-project.ts";

const here = import.meta.dirname;
const installed = join(here, "node_modules");
const programs = join(here, "programs");

const { dependencies } = JSON.parse(readFileSync(join(here, "../../package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** How each runs a file. */
const RUNTIMES: readonly (readonly [name: string, command: readonly [string, ...string[]]])[] = [
  ["Node 22.18", [join(installed, "node-22/bin/node")]],
  ["Node 24", [join(installed, "node-24/bin/node")]],
  ["Node 26", [process.execPath]],
  ["Bun", [join(installed, ".bin/bun")]],
  ["Deno", [join(installed, ".bin/deno"), "run", "--allow-all", "--quiet"]],
];

let project: PackedProject;

beforeAll(() => {
  project = packedProject();
  project.link(...Object.keys(dependencies), "execa", "@opentelemetry/api");
  for (const file of readdirSync(programs))
    cpSync(join(programs, file), join(project.folder, file));
}, 60_000);

afterAll(() => project.remove());

/** Runs a file of the project to its end, within which nothing but the runtime is taken from this process. */
function run([command, ...options]: readonly [string, ...string[]], ...args: readonly string[]) {
  const { PATH, HOME, TMPDIR } = process.env;
  const { status, stdout, stderr } = spawnSync(command, [...options, ...args], {
    cwd: project.folder,
    encoding: "utf8",
    env: { PATH, HOME, TMPDIR, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  });
  return { status, stdout, stderr };
}

const emptyFolder = (): string => mkdtempSync(join(project.folder, "work-"));

describe.each(RUNTIMES)("the packed package on %s", (_, runtime) => {
  it("coordinates agents, by import", () => {
    expect(run(runtime, "core.mjs")).toEqual({
      status: 0,
      stderr: "",
      stdout: [
        'parallel ["partial","ship","TIMEOUT",2]',
        "needs 3",
        'nested "ok"',
        "many [[2,4,6,8],4]",
        'human ["waiting","complete","hold"]',
        'stream ["run.started","run.finished"]',
        "plan 4",
        "claims [1,1]",
        'findings [["a race in the cache","present"]]',
        'aborted "enough"',
        'refused "BAD_OPTIONS"',
        "",
      ].join("\n"),
    });
  });

  it("gives by require() what it gives by import, from every entry", () => {
    const { status, stdout } = run(runtime, "entries.cjs");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => !line.endsWith(" true true"))).toEqual([]);
    expect(status).toBe(0);
  });

  it("holds the contract of stores, in memory and in SQLite, and keeps runs", () => {
    expect(run(runtime, "stores.mjs", emptyFolder())).toMatchObject({
      stdout: "memory []\nsqlite []\nkept complete 2\nrefused STORE_FAILED\n",
      status: 0,
    });
  });

  it("starts programs, in each kind of folder", () => {
    expect(run(runtime, "commands.mjs", emptyFolder())).toMatchObject({
      stdout:
        'in-place ok "there"\ncopy ok "there"\nworktree ok "there"\nempty ok "gone"\nkept true\n',
      status: 0,
    });
  });

  it("has a command line that runs a team and shows the run again, without a word on stderr", () => {
    const folder = emptyFolder();
    const [input, db] = [join(folder, "input.json"), join(folder, "runs.db")];
    writeFileSync(input, '"a change"');
    const quorate = (...args: readonly string[]) =>
      run(runtime, "node_modules/quorate/dist/cli/main.js", ...args);
    const ran = quorate("run", "team.ts", "--input", input, "--db", db, "--json");
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: "complete" });
    const shown = quorate("show", "latest", "--db", db);
    expect(shown).toMatchObject({ status: 0, stdout: expect.stringContaining("ship") });
    expect(shown.stderr).toBe("");
    expect(quorate("nothing").status).toBe(2);
  });
});

it.each(RUNTIMES.slice(0, 3))(
  "On a %s without SQLite, opening a store says so in one sentence",
  (_, runtime) => {
    const [node] = runtime;
    expect(run([node, "--no-experimental-sqlite"], "no-sqlite.mjs")).toEqual({
      stdout: expect.stringMatching(
        /^STORE_FAILED quorate\/sqlite needs node:sqlite, which this Node [\d.]+ does not have; use [^.]*22\.18[^\n]*\n$/,
      ),
      stderr: "",
      status: 0,
    });
  },
);
