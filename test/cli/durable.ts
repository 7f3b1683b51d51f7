import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, team, type Started } from "./command.ts";

/** Who was asked in that folder so far, in the order of their names. */
export function asked(cwd: string): readonly string[] {
  const file = join(cwd, "asked.txt");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").toSorted() : [];
}

/** From now on `slow` does not answer; `release` undoes that. */
export function hold(cwd: string): void {
  writeFileSync(join(cwd, "hold"), "");
}

export function release(cwd: string): void {
  rmSync(join(cwd, "hold"));
}

/** A run of the durable team that has come as far as `slow` being asked and `quick` having answered. */
export async function halfway(cwd: string, ...flags: string[]): Promise<Started> {
  hold(cwd);
  const run = start(["run", team("durable"), "--input", "-", ...flags], cwd, '{"diff":"x"}');
  await Promise.all([run.printed("slow started"), run.printed("quick answered")]);
  return run;
}

/** The same, killed there. Gives its id. */
export async function killed(cwd: string, ...flags: string[]): Promise<string> {
  const run = await halfway(cwd, ...flags);
  run.child.kill("SIGKILL");
  const { stdout } = await run.finished;
  release(cwd);
  return /durable: run (\S+)/.exec(stdout)?.[1] ?? "";
}
