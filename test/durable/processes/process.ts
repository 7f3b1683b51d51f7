import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { COMPILED } from "../../compiled.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way. */
export interface Process {
  readonly child: ChildProcess;
  /** Resolves with its end. */
  readonly ended: Promise<Ended>;
  /** Resolves once it has printed this. Rejects when it ends without. */
  printed(text: string): Promise<void>;
}

/** Starts one of the scripts of this folder, as another user where told. */
export function startProcess(script: string, args: readonly string[], uid?: number): Process {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const env = { ...process.env, ...COMPILED };
  const child = spawn(process.execPath, ["--no-warnings", file, ...args], {
    stdio: "pipe",
    env,
    ...(uid !== undefined && { uid }),
  });
  let [stdout, stderr] = ["", ""];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then((): Ended => ({
    code: child.exitCode,
    signal: child.signalCode,
    stdout,
    stderr,
  }));
  return {
    child,
    ended,
    printed(text) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ code, signal }) => {
          reject(new Error(`ended (${code ?? signal}) without "${text}": ${stdout}${stderr}`));
        });
      });
    },
  };
}
