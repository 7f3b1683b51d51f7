import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { execa as Execa } from "execa";
import { QuorateError } from "../model/errors.ts";
import { cannotStart, tooMuch, type ProgramEnd } from "./failure.ts";
import { processGroup } from "./process-group.ts";

/** What is started, and how. */
export interface Program {
  /** Whose it is, for messages. */
  readonly agent: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it finds on its standard input. */
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Of its standard output, and of its standard error. */
  readonly maxBytes: number;
  /** How long it may take to stop before it is killed. */
  readonly killAfterMs: number;
  /** How to get it, for a message. */
  readonly install?: string | undefined;
  readonly signal: AbortSignal;
}

const PATIENCE_MS = 20;
const MOST_WAITS = 50;

/**
 * Starts a program and resolves when it has ended, with what it wrote. When the signal is aborted the program is stopped, and the
 * promise rejects with the signal's reason when its processes have ended. Rejects with `OUTPUT_TOO_LARGE` for one that
 * writes more than `maxBytes`, and with `AGENT_FAILED` for one that cannot be started.
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  const { agent, command, args, stdin, env, cwd, maxBytes, killAfterMs, signal } = program;
  signal.throwIfAborted();
  const execa = await loadExeca(agent);
  signal.throwIfAborted();
  const child = execa(command, args, {
    input: stdin,
    env,
    extendEnv: false,
    cwd,
    buffer: false,
    reject: false,
    // In a process group of its own, which is told to stop when this process ends first.
    killDescendants: true,
    cleanup: true,
    forceKillAfterDelay: false,
    windowsHide: true,
  });
  const { pid, nodeChildProcess } = child;
  using group = pid === undefined ? undefined : processGroup(pid, killAfterMs);
  const flooded = (): void => group?.stop();
  const [stdout, stderr] = [
    gather(child.stdout, maxBytes, flooded),
    gather(child.stderr, maxBytes, flooded),
  ];
  const stop = (): void => group?.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const exited = new Promise<void>((resolve) => nodeChildProcess.once("exit", () => resolve()));
    await Promise.race([exited, child]);
    await group?.ended();
    await closed(child);
    const ended = await child;
    signal.throwIfAborted();
    for (const [stream, { isFull }] of [
      ["standard output", stdout],
      ["standard error", stderr],
    ] as const) {
      if (isFull()) throw tooMuch(program, stream);
    }
    if (pid === undefined) throw cannotStart(program, ended.cause, await isFolder(cwd));
    const { exitCode, signal: endedBy } = ended;
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode, endedBy };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Resolves when nobody holds the streams of an ended program any more, or nobody can wait for that: a process that has left its group may
 * hold them for ever. Waits in steps, each of which reads what there is.
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

/** Keeps what a stream gives, up to `maxBytes`; what is beyond that is not kept, and told of once. */
function gather(
  stream: Readable,
  maxBytes: number,
  flooded: () => void,
): { readonly text: () => string; readonly isFull: () => boolean } {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= maxBytes) return void chunks.push(chunk);
    chunks = [];
    if (before <= maxBytes) flooded();
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), isFull: () => bytes > maxBytes };
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
