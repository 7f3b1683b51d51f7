import type { Readable } from "node:stream";
import { tooMuch, type ProgramEnd } from "./failure.ts";
import { startProgram, type Program } from "./start-program.ts";

/**
 * Starts a program with `stdin` on its standard input, and resolves with its output when it has ended. When the signal aborts, the program is
 * stopped, and the promise rejects with the signal's reason once its processes have ended. Rejects with `OUTPUT_TOO_LARGE` if it writes more
 * than `maxBytes`, and with `AGENT_FAILED` if it cannot be started.
 */
export async function runProgram(program: Program, stdin = ""): Promise<ProgramEnd> {
  const { maxBytes, signal } = program;
  using child = await startProgram(program, stdin);
  const stop = (): void => child.stop();
  const [stdout, stderr] = [
    gather(child.stdout, maxBytes, stop),
    gather(child.stderr, maxBytes, stop),
  ];
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { exitCode, endedBy } = await child.ended();
    signal.throwIfAborted();
    for (const [stream, { isFull }] of [
      ["standard output", stdout],
      ["standard error", stderr],
    ] as const) {
      if (isFull()) throw tooMuch(program, stream);
    }
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode, endedBy };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Collects a stream up to `maxBytes`; anything beyond is dropped and reported once. */
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
