import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILED } from "../compiled.ts";

const MANY_LINES = fileURLToPath(new URL("./processes/many-lines.ts", import.meta.url));
/** The command line as its users start it. */
export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The path of one of the team files beside this one. */
export function team(name: string): string {
  return fileURLToPath(new URL(`./teams/${name}.ts`, import.meta.url));
}

/** A new empty folder. */
export function folder(): string {
  return mkdtempSync(join(tmpdir(), "quorate-cli-"));
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the text has been printed. */
  printed(text: string): Promise<void>;
}

/** Starts the command line as a process of its own, in `cwd`, with `input` on its standard input, which stays open for `null`. */
export function start(
  args: readonly string[],
  cwd: string,
  input: string | null = "",
  variables: Readonly<Record<string, string>> = {},
): Started {
  const { NO_COLOR: _colour, FORCE_COLOR: _forced, QUORATE_DEBUG: _debug, ...rest } = process.env;
  const env = { ...rest, ...COMPILED, ...variables };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const look = (): void => watchers.forEach((watcher) => watcher());
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    look();
  });
  // A command that refuses its arguments does not read its input.
  child.stdin.on("error", () => undefined);
  if (input !== null) child.stdin.end(input);
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    finished,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (!`${stdout}${stderr}`.includes(text)) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
        child.on("close", () =>
          reject(new Error(`it ended without "${text}": ${stdout}${stderr}`)),
        );
      }),
  };
}

/** Runs the command line to its end. */
export async function quorate(
  args: readonly string[],
  cwd: string,
  input?: string,
  variables?: Readonly<Record<string, string>>,
): Promise<Finished> {
  return start(args, cwd, input, variables).finished;
}

/** The words of a command line, those in single quotes as one. */
export const words = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word = ""]) => quoted ?? word);

/** What command lines come to, one after another, all in one process: one for each takes most of the time that they take. */
export function manyLines(lines: readonly string[], cwd: string): readonly Finished[] {
  const { NO_COLOR: _colour, FORCE_COLOR: _forced, QUORATE_DB: _db, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [MANY_LINES], {
    cwd,
    input: JSON.stringify(lines.map(words)),
    encoding: "utf8",
    env: { ...env, ...COMPILED },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as readonly Finished[];
}
