import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Sample } from "./workload.ts";

const run = promisify(execFile);
const child = new URL("./measure.ts", import.meta.url).pathname;

/**
 * Measures in a new Node process: nothing of another measurement is compiled, collected or resident there. `list` is the
 * module that exports the workload, as seen from this folder.
 */
export async function measureInFreshProcess(
  list: string,
  workload: string,
  system: string,
  size: number,
): Promise<Sample> {
  const { stdout } = await run(process.execPath, [child, list, workload, system, String(size)], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  return JSON.parse(stdout) as Sample;
}
