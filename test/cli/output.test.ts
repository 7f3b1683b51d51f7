import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { COMPILED } from "../compiled.ts";
import { folder, MAIN, quorate, start, team } from "./command.ts";

const STRAYING = team("straying");

const run = (STRAY: string, cwd: string, ...flags: string[]) =>
  quorate(["run", STRAYING, "--input", "-", ...flags], cwd, '"task"', { STRAY });

/** Runs the command line with its standard output on a disk that is full. */
async function onFullDisk(args: readonly string[], cwd: string) {
  const full = openSync("/dev/full", "w");
  const env = { ...process.env, ...COMPILED };
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env,
    stdio: ["pipe", full, "pipe"],
  });
  child.stdin?.end('"task"');
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("with --json", () => {
  it.each([
    [
      "prints",
      [
        "by console",
        "by stream",
        "by descriptor",
        "by a child at once",
        "by a child",
        "by a thread",
      ],
    ],
    ["import prints", ["at import"]],
  ])("standard output has the document alone, where a team %s", async (stray, texts) => {
    const { code, stdout, stderr } = await run(stray, folder(), "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "complete" });
    for (const text of texts) expect(stderr).toContain(`${text}\n`);
    expect(code).toBe(0);
  });

  it.each([
    ["plan", ["--input", "-"]],
    ["resume", ["--all"]],
    ["fork", ["latest"]],
  ])("so it has for quorate %s", async (command, args) => {
    const cwd = folder();
    await run("", cwd);
    const variables = { STRAY: "import prints" };
    const given = [command, STRAYING, ...args, "--json"];
    const { stdout, stderr } = await quorate(given, cwd, '"task"', variables);
    expect(JSON.parse(stdout)).toBeTypeOf("object");
    expect(stderr).toContain("at import\n");
  });

  it("has what a team prints before its own report where it is left out", async () => {
    const { stdout, stderr } = await run("import prints", folder());
    expect(stdout).toMatch(/^at import\n/);
    expect(stderr).toBe("");
  });
});

describe("a run whose reader goes away", () => {
  it.each([[[]], [["--json"]]])(
    "goes on to its end, says where all of it is, and exits as the run does, with %j",
    async (flags) => {
      const cwd = folder();
      const running = start(["run", STRAYING, "--input", "-", ...flags], cwd, '"task"', {
        STRAY: "sets the exit code",
      });
      running.child.stdout?.destroy();
      const { code, stderr } = await running.finished;
      expect(stderr).toMatch(
        /^quorate: the output was closed; the run continues to its end, and "quorate show [0-9a-f]{8}" has it\n$/,
      );
      expect(code).toBe(0);
      const { stdout } = await quorate(["show", "latest", "--json"], cwd);
      expect(JSON.parse(stdout)).toMatchObject({ status: "complete" });
    },
  );

  it("goes on also when nobody hears of what goes wrong", async () => {
    const cwd = folder();
    const running = start(["run", STRAYING, "--input", "-"], cwd, '"task"');
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    expect((await running.finished).code).toBe(0);
    const { stdout } = await quorate(["show", "latest", "--json"], cwd);
    expect(JSON.parse(stdout)).toMatchObject({ status: "complete" });
  });
});

// Other systems have no disk that is always full.
describe.runIf(existsSync("/dev/full"))("on a full disk", () => {
  it.each([[[]], [["--json"]]])(
    "a run goes on to its end, and the command fails with one sentence, with %j",
    async (flags) => {
      const cwd = folder();
      const { code, stderr } = await onFullDisk(["run", STRAYING, "--input", "-", ...flags], cwd);
      expect(stderr).toMatch(
        /^quorate: the output could not be written: ENOSPC: .*; the run continues to its end, and "quorate show [0-9a-f]{8}" has it\n$/,
      );
      expect(code).toBe(1);
      const { stdout } = await quorate(["show", "latest", "--json"], cwd);
      expect(JSON.parse(stdout)).toMatchObject({ status: "complete" });
    },
  );

  it.each([["runs"], ["show", "latest"], ["--help"]])(
    "quorate %s fails with one sentence",
    async (...args) => {
      const cwd = folder();
      await run("", cwd);
      const { code, stderr } = await onFullDisk(args, cwd);
      expect(stderr).toMatch(/^quorate: the output could not be written: ENOSPC: .*\n$/);
      expect(code).toBe(1);
    },
  );
});
