import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { execa as Execa } from "execa";
import { QuorateError } from "../model/errors.ts";
import { cannotStart } from "./failure.ts";
import { processGroup } from "./process-group.ts";

/** A program to start. */
export interface Program {
  /** The agent's name, for messages. */
  readonly agent: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The most bytes of its standard output, and of its standard error. */
  readonly maxBytes: number;
  /** How long it may take to stop before it is killed, in ms. */
  readonly killAfterMs: number;
  /** How to install it, for a message. */
  readonly install?: string | undefined;
  readonly signal: AbortSignal;
}

/** A program that was started, or could not be. */
export interface StartedProgram extends Disposable {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Tells its processes to stop, and kills those that still run after `killAfterMs`. */
  stop(): void;
  /**
   * Waits until it has ended by itself or was told to stop; then ends its remaining processes, and resolves with how it ended. Rejects with
   * `AGENT_FAILED` if it could not be started.
   */
  ended(): Promise<ProgramExit>;
}

/** How a program ended. */
export interface ProgramExit {
  readonly exitCode: number | undefined;
  /** The signal that ended it. */
  readonly endedBy: string | undefined;
}

const PATIENCE_MS = 20;
const MOST_WAITS = 50;

/** Starts a program in a process group of its own. `stdin` is its whole input; without it, the input is written to its stream. */
export async function startProgram(program: Program, stdin?: string): Promise<StartedProgram> {
  const { agent, command, args, env, cwd, killAfterMs, signal } = program;
  signal.throwIfAborted();
  const execa = await loadExeca(agent);
  signal.throwIfAborted();
  const child = execa(command, args, {
    ...(stdin !== undefined && { input: stdin }),
    env,
    extendEnv: false,
    cwd,
    buffer: false,
    reject: false,
    // Its group is told to stop when this process ends first.
    killDescendants: true,
    cleanup: true,
    forceKillAfterDelay: false,
    windowsHide: true,
  });
  const { pid, nodeChildProcess } = child;
  const group = pid === undefined ? undefined : processGroup(pid, killAfterMs);
  const exited = new Promise<void>((resolve) => nodeChildProcess.once("exit", () => resolve()));
  let isOver = false;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    stop() {
      // Afterwards the number may belong to another process.
      if (!isOver) group?.stop();
    },
    async ended() {
      await Promise.race([exited, child]);
      await group?.ended();
      isOver = true;
      await closed(child);
      const { exitCode, signal: endedBy, cause } = await child;
      if (pid === undefined) {
        signal.throwIfAborted();
        throw cannotStart(program, cause, await isFolder(cwd));
      }
      return { exitCode, endedBy };
    },
    [Symbol.dispose]: () => group?.[Symbol.dispose](),
  };
}

/**
 * Resolves when the streams of an ended program are closed, or after a limit: a process that has left its group may keep them open without
 * end. Waits in steps, each of which reads what there is.
 */
async function closed(
  child: Promise<unknown> & { readonly stdout: Readable; readonly stderr: Readable },
): Promise<void> {
  const patience = new AbortController();
  let isClosed = false;
  const ended = child.then(() => {
    isClosed = true;
  });
  for (let waits = 0; !isClosed && waits < MOST_WAITS; waits++) {
    await Promise.race([ended, sleep(PATIENCE_MS, undefined, { signal: patience.signal })]);
  }
  patience.abort();
  if (isClosed) return;
  child.stdout.destroy();
  child.stderr.destroy();
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function loadExeca(agent: string): Promise<typeof Execa> {
  try {
    return (await import("execa")).execa;
  } catch (cause) {
    throw new QuorateError(
      "AGENT_FAILED",
      `${agent} needs the package execa to start programs; install it with npm install execa`,
      { cause },
    );
  }
}
