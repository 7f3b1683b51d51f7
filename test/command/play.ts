import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import { supervisor, type Agent, type AgentResult, type RunOptions } from "../../src/index.ts";

/** How to start `processes/play.ts` with what it is to do. */
export const play = (
  act: string,
  ...args: readonly string[]
): { readonly command: string; readonly args: readonly string[] } => ({
  command: process.execPath,
  args: ["--no-warnings", join(import.meta.dirname, "processes/play.ts"), act, ...args],
});

/** What one agent makes of one task, in a team of its own. */
export async function ask<Output>(
  one: Agent<string, never, Output>,
  task: unknown = "task",
  options: Omit<RunOptions, "route"> = {},
): Promise<AgentResult<Output>> {
  const team = supervisor({ name: "team", agents: { [one.name]: one } });
  const outcome = await team.run(task as never, options as never);
  return outcome.results[one.name] as AgentResult<Output>;
}

/** The answer of one that has to answer. */
export async function answerOf<Output>(
  one: Agent<string, never, Output>,
  task?: unknown,
): Promise<Output> {
  const result = await ask(one, task);
  if (result.status !== "ok") throw result.status === "failed" ? result.error : new Error();
  return result.output;
}

/** What one fails with that has to fail. */
export async function failureOf(
  one: Agent<string, never, unknown>,
  task?: unknown,
): Promise<{ readonly code: string; readonly message: string; readonly attempts: number }> {
  const result = await ask(one, task);
  if (result.status !== "failed") throw new Error(`It is ${result.status}.`);
  const { code, message } = result.error;
  return { code, message, attempts: result.attempts };
}

/** Whether there is a process of that id that has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return existsSync("/proc") ? false : isSignalled(pid);
  }
}

function isSignalled(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A folder for the tests of a file. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "command-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let count = 0;

/** A file in which programs tell of their processes. */
export function roll(folder: string): {
  readonly file: string;
  readonly pids: () => readonly number[];
} {
  const file = join(folder, `pids-${count++}`);
  return {
    file,
    pids: () =>
      existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number) : [],
  };
}

/** Resolves when so many processes have told of themselves. */
export async function told(
  list: { readonly pids: () => readonly number[] },
  many: number,
): Promise<void> {
  await expect.poll(() => list.pids().length, { interval: 5 }).toBe(many);
}

/** Fails each test of a file that leaves a temporary folder of the adapter behind; they go to a folder of their own. */
export function watchTemporaryFolders(): void {
  const before = process.env["TMPDIR"];
  let own = "";
  beforeEach(() => {
    own = mkdtempSync(join(tmpdir(), "command-tmp-"));
    process.env["TMPDIR"] = own;
  });
  afterEach(() => {
    const left = readdirSync(own).filter((name) => name.startsWith("quorate-"));
    rmSync(own, { recursive: true, force: true });
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    expect(left).toEqual([]);
  });
}
