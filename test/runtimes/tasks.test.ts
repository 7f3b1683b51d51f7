import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "../package/packed-project.ts";
import { postgresServer } from "../postgres/server.ts";

// Ten things that somebody does with the package who has nothing but the package and its pages. Each is a program that was written by these pages alone; they
// run against the packed package, in a project of its own.

const { dependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
) as { readonly dependencies: Readonly<Record<string, string>> };
const tasks = join(import.meta.dirname, "tasks");
const server = postgresServer();

let project: PackedProject;

beforeAll(() => {
  project = packedProject();
  project.link(...Object.keys(dependencies), "execa", "zod", "pg", "@types/node");
  for (const file of readdirSync(tasks)) cpSync(join(tasks, file), join(project.folder, file));
  const page = readFileSync(join(project.folder, "node_modules/quorate/docs/own-store.md"), "utf8");
  const [, mapStore = ""] = /^```ts\n(\/\/ map-store\.ts\n[^]*?)^```$/m.exec(page) ?? [];
  writeFileSync(join(project.folder, "map-store.mts"), mapStore);
}, 60_000);

afterAll(() => project.remove());

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NO_COLOR: "1", ...more };
};

function node(args: readonly string[], more: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project.folder,
    encoding: "utf8",
    env: environment(more),
  });
  return { status, stdout, stderr };
}

const QUORATE = "node_modules/quorate/dist/cli/main.js";
const quorate = (args: readonly string[], more?: Readonly<Record<string, string>>): Ran =>
  node([QUORATE, ...args], more);

const printed = (file: string): string => {
  const ran = node([file]);
  expect({ ...ran, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
  return ran.stdout;
};

describe("somebody with the packed package alone", () => {
  it("1. has a first verdict", () => {
    expect(printed("first.mts")).toBe("hold [ 'cy' ]\n");
  });

  it("2. makes a gate of it in CI, with SARIF", () => {
    writeFileSync(join(project.folder, "change.diff"), "+ log(token)\n");
    const args = ["run", "board.mts", "--set", "diff=@change.diff", "--report", "sarif=out.sarif"];
    expect(quorate(args).status).toBe(4);
    const { runs } = JSON.parse(readFileSync(join(project.folder, "out.sarif"), "utf8")) as {
      readonly runs: readonly [{ readonly results: readonly unknown[] }];
    };
    expect(runs[0].results).toMatchObject([
      { level: "error", locations: [{ physicalLocation: { region: { startLine: 10 } } }] },
    ]);
    writeFileSync(join(project.folder, "change.diff"), "+ 1\n");
    expect(quorate(args).status).toBe(0);
  });

  it("3. adds a coding agent; one that is not installed is told in a sentence, and the others go on", () => {
    const [first, second] = printed("coder.mts").split("\n");
    expect(first).toBe("partial hold ok");
    expect(second).toMatch(/^claude .*no-such-claude/);
  });

  it("4. spends no more than two dollars", () => {
    expect(printed("budget.mts")).toBe("1.8 [ 'budget' ]\nfalse\n");
  });

  it("5. asks a person, in one process, and decides in another", () => {
    expect(quorate(["run", "person.mts", "--text", "change.diff"]).status).toBe(3);
    const decided = ["decide", "latest", "task", "refund", "--why", "it broke", "--by", "sam"];
    const ran = quorate([...decided, "--team", "person.mts"]);
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining("refund") as string });
  });

  it("6. goes on after a kill, and asks nobody twice who has answered", () => {
    const run = ["run", "crash.mts", "--text", "change.diff", "--db", "crash.db"];
    expect(quorate(run, { DIES: "yes" }).status).toBeNull();
    expect(quorate(["resume", "crash.mts", "--db", "crash.db"])).toMatchObject({ status: 0 });
    expect(readFileSync(join(project.folder, "asked"), "utf8")).toBe("ann\nbob\nbob\n");
  });

  it("7. asks no more of a panel than it takes", () => {
    expect(printed("panel.mts")).toBe("3 2 ship\n");
  });

  it("8. has a worker on PostgreSQL carry out what another process leaves to it", async () => {
    const more = { QUORATE_DB: server.url, PGPASSWORD: "" };
    const left = quorate(["run", "worker.mts", "--set", "n:=1", "--detach", "--json"], more);
    expect({ ...left, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
    const { runId } = JSON.parse(left.stdout) as { readonly runId: string };
    const worker = spawn(process.execPath, [QUORATE, "worker", "worker.mts"], {
      cwd: project.folder,
      env: environment({ ...more, WHO: "the worker" }),
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => worker.once("close", resolve));
    try {
      expect(quorate(["follow", runId], more)).toMatchObject({ status: 0 });
      expect(quorate(["show", runId], more).stdout).toContain("by the worker");
    } finally {
      worker.kill("SIGTERM");
      await ended;
    }
  });

  it("9. writes a resolver of its own", () => {
    expect(printed("resolver.mts")).toBe("colour blue vote\ndeadline 2026-12-01 earliest\n");
  });

  it("10. writes a store of its own on that of the page, and holds it to the contract", () => {
    expect(printed("store.mts")).toBe("true complete\n");
  });

  it("has them all checked by its compiler, strictly", () => {
    const compilerOptions = {
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    };
    const config = { compilerOptions, include: ["*.mts"] };
    writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
    expect(node([tsc, "-p", "."])).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("finds the pages that the README names in the package", () => {
    const folder = join(project.folder, "node_modules/quorate");
    const pages = [
      ...readFileSync(join(folder, "README.md"), "utf8").matchAll(/\]\((docs\/[\w/-]+\.md)/g),
    ].map(([, page = ""]) => page);
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.filter((page) => !existsSync(join(folder, page)))).toEqual([]);
  });
});
