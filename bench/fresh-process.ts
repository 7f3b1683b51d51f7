import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { SAMPLE, STAYS_MS, type Sample } from "./workload.ts";

const child = new URL("./measure.ts", import.meta.url).pathname;

/** What is measured in a new process. */
export interface Measurement {
  /** The module that exports the workload, as seen from this folder. */
  readonly list: string;
  readonly workload: string;
  readonly system: string;
  readonly size: number;
  /** Whether the process must end by itself. */
  readonly leaves?: boolean;
  /** The file for a profile of its CPU. */
  readonly profile?: string;
}

/** Measures in a new Node process: nothing of another measurement is compiled, collected or resident there. */
export async function measureInFreshProcess(what: Measurement): Promise<Sample> {
  const { list, workload, system, size, leaves = false, profile } = what;
  const then = leaves ? "leave" : "end";
  const args = [child, list, workload, system, String(size), then];
  if (profile !== undefined) args.push(profile);
  const measuring = spawn(process.execPath, args, {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  measuring.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(measuring, "close");
  let sample: Sample | undefined;
  for await (const line of createInterface({ input: measuring.stdout })) {
    sample = sampleIn(line) ?? sample;
    if (sample !== undefined) break;
  }
  const startedMs = performance.now();
  measuring.stdout.resume();
  const impatient = setTimeout(() => measuring.kill("SIGKILL"), STAYS_MS);
  const [code] = (await ended) as [number | null];
  clearTimeout(impatient);
  const leavesMs = performance.now() - startedMs;
  if (sample === undefined) {
    throw new Error(`${workload} of ${system} ended with ${code} and no figures: ${said.trim()}`);
  }
  return leaves ? { ...sample, leavesMs } : sample;
}

/** Other lines are output of the measured system. */
function sampleIn(line: string): Sample | undefined {
  return line.startsWith(SAMPLE) ? (JSON.parse(line.slice(SAMPLE.length)) as Sample) : undefined;
}
