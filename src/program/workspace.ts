import { cp, lstat, mkdir, mkdtemp, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { word } from "../check/kinds.ts";
import type { Option } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { badEnd, forGood, tailOf } from "./failure.ts";
import { runProgram } from "./run-program.ts";
import type { Program } from "./start-program.ts";
import { removed } from "./temporary-files.ts";

/**
 * Where a program works:
 *
 * - `in-place`: in its `cwd`.
 * - `copy`: in a temporary copy of `cwd`.
 * - `worktree`: in a temporary `git worktree` of the last commit of `cwd`'s repository.
 * - `empty`: in an empty temporary folder.
 */
export type WorkspaceKind = "in-place" | "copy" | "worktree" | "empty";

export const WORKSPACE: Option<WorkspaceKind | undefined> = word(
  "in-place",
  "copy",
  "worktree",
  "empty",
);

/** A folder to work in. A temporary one is removed on disposal. */
export interface Workspace extends AsyncDisposable {
  readonly cwd: string;
}

/** Makes the folder for a program that is about to be started in it. */
export async function openWorkspace(kind: WorkspaceKind, program: Program): Promise<Workspace> {
  const { cwd } = program;
  if (kind === "in-place") return { cwd, [Symbol.asyncDispose]: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "quorate-"));
  const undo: Undo[] = [() => removed(folder)];
  try {
    const place = join(folder, "work");
    const inside =
      kind === "worktree"
        ? await addWorktree(program, place, undo)
        : await (kind === "copy" ? copyFolder(program, place) : mkdir(place)).then(() => place);
    return { cwd: inside, [Symbol.asyncDispose]: () => undone(undo) };
  } catch (failure) {
    await undone(undo);
    throw failure;
  }
}

type Undo = () => Promise<void>;

/** Undoes the steps, last first, each once, even if one of them fails. Node 22 has no AsyncDisposableStack. */
async function undone(all: Undo[]): Promise<void> {
  const last = all.pop();
  if (last === undefined) return;
  try {
    await last();
  } finally {
    await undone(all);
  }
}

/** Copies a folder without the links that lead out of it, so that the program cannot write elsewhere through the copy. */
async function copyFolder({ agent, cwd, signal }: Program, place: string): Promise<void> {
  const root = resolve(cwd);
  const isThere = await lstat(root).catch(() => undefined);
  if (isThere === undefined) {
    const why = `the folder "${tailOf(root)}" of ${agent} is not there; give cwd a folder that exists`;
    throw forGood(why, why);
  }
  try {
    await cp(root, place, {
      recursive: true,
      verbatimSymlinks: true,
      async filter(source) {
        signal.throwIfAborted();
        return isCopied(root, source);
      },
    });
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new QuorateError("AGENT_FAILED", `${agent} cannot copy its folder: ${why}`, { cause });
  }
}

async function isCopied(root: string, source: string): Promise<boolean> {
  const found = await lstat(source);
  if (found.isDirectory()) return true;
  // In a worktree or a submodule ".git" is a file: its folder is elsewhere, and the copy would share it.
  if (found.isFile()) return !source.endsWith(`${sep}.git`);
  if (!found.isSymbolicLink()) return false;
  const target = await readlink(source);
  if (isAbsolute(target)) return false;
  const path = relative(root, resolve(dirname(source), target));
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

const CLEANING_MS = 10_000;

/** Adds a worktree at `place` and resolves to the folder in it that corresponds to `cwd`. */
async function addWorktree(program: Program, place: string, undo: Undo[]): Promise<string> {
  const git = async (args: readonly string[], signal: AbortSignal): Promise<string> => {
    // The repository's hooks are programs that the user did not ask for.
    const safe = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];
    const asked: Program = {
      ...program,
      command: "git",
      args: [...safe, ...args],
      install: undefined,
      signal,
      env: { ...program.env, GIT_TERMINAL_PROMPT: "0" },
    };
    const told = await runProgram(asked);
    if (told.exitCode !== 0) throw badEnd(asked, told);
    return told.stdout.trim();
  };
  const prefix = await git(["rev-parse", "--show-prefix"], program.signal);
  undo.push(async () => {
    const signal = AbortSignal.timeout(CLEANING_MS);
    // "prune" forgets a worktree that is gone or was never made.
    await git(["worktree", "remove", "--force", "--force", place], signal).catch(() => {});
    await removed(place);
    await git(["worktree", "prune"], signal).catch(() => {});
  });
  await git(["worktree", "add", "--quiet", "--detach", place, "HEAD"], program.signal);
  return join(place, prefix);
}
