import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts one of the scripts of this folder. */
export function startProcess(
  script: string,
  args: readonly string[],
  options: { readonly uid?: number } = {},
): ChildProcessWithoutNullStreams {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return spawn(process.execPath, ["--no-warnings", file, ...args], { ...options, stdio: "pipe" });
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
