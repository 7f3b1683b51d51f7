import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import { folder, quorate } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";

const MAIN = fileURLToPath(new URL("../../examples/code-review-board/main.ts", import.meta.url));
const TEAM = fileURLToPath(new URL("../../examples/code-review-board/team.ts", import.meta.url));

interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const board = (...args: string[]): Promise<Printed> => boardIn(folder(), {}, "--fast", ...args);

function boardIn(cwd: string, env: Record<string, string>, ...args: string[]): Promise<Printed> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...COMPILED, ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

function expectPlain(page: string): void {
  expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  for (const line of page.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(80);
}

describe("the code review board", () => {
  it("reviews a pull request: what stands, who reported it, how sure that is, and where its log and its page are", async () => {
    const place = folder();
    const { code, stdout, stderr } = await boardIn(place, {}, "--fast");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expectPlain(stdout);
    expect(stdout).toContain("Its page is quorate.html: open it in a browser.");
    expect(readFileSync(join(place, "quorate.html"), "utf8")).toContain('"type":"run.finished"');
    expect(stdout).toContain("Advanced date override handling");
    expect(stdout).toMatch(/augment answered in .*: 5 findings/);
    expect(stdout).toMatch(/findings? stands?/);
    expect(stdout).toContain("slotStartTime");
    expect(stdout).toMatch(/\d+ of 12, confidence 0\.\d\d \(\w+/);
    expect(stdout).toContain("verified by people");
    expect(stdout).toMatch(/in quorate\.db, as run\s+[0-9a-f-]{36}\./);
    expect(stdout).toMatch(/npx quorate show [0-9a-f]{8}/);
  });

  it("lists what was left out when it is asked to", async () => {
    const [short, long] = await Promise.all([
      board("--pull", "5"),
      board("--pull", "5", "--all-findings"),
    ]);
    expect(short.stdout).not.toContain("numberic");
    expect(long.stdout.replaceAll(/\s+/g, " ")).toContain("numberic");
    expectPlain(long.stdout);
  });

  it("has a change reviewed by the coding agents that are on the path", async () => {
    const place = folder();
    const finding = { text: "eval runs what a user wrote", file: "a.ts", line: 3 };
    const printed = JSON.stringify({
      type: "result",
      subtype: "success",
      is_error: false,
      structured_output: { findings: [finding] },
      modelUsage: { m: { inputTokens: 20, outputTokens: 9, costUSD: 0.0003 } },
    });
    const program = `#!/bin/sh\ncat > asked.txt\nprintf '%s' '${printed}'\n`;
    writeFileSync(join(place, "claude"), program, { mode: 0o755 });
    writeFileSync(join(place, "own.diff"), "+ eval(input)\n");
    const path = { PATH: `${place}${delimiter}${process.env["PATH"] ?? ""}` };
    const { code, stdout } = await boardIn(
      place,
      path,
      "--live",
      "--diff",
      "own.diff",
      "--with",
      "claude",
    );
    expect(stdout).toContain("1 of 1 findings stand");
    expect(stdout).toContain("1. a.ts:3: eval runs what a user wrote (claude)");
    expectPlain(stdout);
    expect(code).toBe(0);
    const none = await boardIn(place, path, "--live", "--diff", "own.diff", "--with", "baker");
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no reviewer "baker"') });
  });

  it("is a team for the command line too, with its own store", async () => {
    const { code, stdout } = await quorate(
      ["run", TEAM, "--input", "-", "--agents", "kg,qodo,baz"],
      folder(),
      '{"pull":1,"fast":true}',
    );
    expect(code).toBe(0);
    expectPlain(stdout);
    expect(stdout).toMatch(/qodo +ok +.* 6 findings/);
    expect(stdout).toMatch(/Log\n {2}quorate show [0-9a-f]{8}\n/);
  });

  it("scores the board and every reviewer on all six", async () => {
    const { code, stdout } = await board("--all");
    expect(code).toBe(0);
    expectPlain(stdout);
    expect(stdout).toMatch(/right +false +missed +precision +recall +F1/);
    expect(stdout).toMatch(/▸ the board +\d+ +\d+ +\d+ +0\.\d\d +0\.\d\d +0\.\d\d/);
    // Counted from the data by another program: 13 issues hit by 18 findings, 7 of the 20 issues not.
    expect(stdout).toMatch(/ {2}greptile +13 +5 +7 +0\.72 +0\.65 +0\.68/);
    expect(stdout.match(/^\d\. /gm)).toHaveLength(6);
  });

  it("says which pull requests there are, and refuses others", async () => {
    const list = await board("--list");
    expect(list.stdout.match(/^\d\. /gm)).toHaveLength(6);
    expectPlain(list.stdout);
    expectPlain((await board("--help")).stdout);
    expect((await board("--pull", "x")).stderr).toContain("There is no such pull request");
    const unknown = await board("--colour");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("'--colour' (npm start -- --help says what there is)");
    const refused = await board("--pull", "7");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("There is no pull request 7");
    expect(refused.stderr.trim().split("\n")).toHaveLength(1);
  });
});
