import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly uid?: number;
  /** How large a file may become that it writes: as if the disk were full then. In the shell's blocks, of 512 or 1024 bytes. */
  readonly fileBlocks?: number;
}

/** Starts one of the scripts of this folder. */
export function startProcess(
  script: string,
  args: readonly string[],
  { fileBlocks, ...options }: ProcessOptions = {},
): ChildProcessWithoutNullStreams {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const command = [process.execPath, "--no-warnings", file, ...args];
  const [program = "", ...rest] =
    fileBlocks === undefined
      ? command
      : ["sh", "-c", `ulimit -f ${fileBlocks}; exec "$0" "$@"`, ...command];
  return spawn(program, rest, { ...options, stdio: "pipe" });
}

/** Waits for its end; `onOutput` sees everything printed so far. */
export async function finish(
  child: ChildProcessWithoutNullStreams,
  onOutput: (stdout: string) => void = () => {},
): Promise<Finished> {
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput(stdout);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child, "close");
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}
