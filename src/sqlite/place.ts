import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where a process id means something. */
export interface ProcessPlace {
  readonly host: string;
  /** The process namespace, where the system tells: containers that share a host's name have their own. */
  readonly space: string;
}

/** Where this process runs. */
export function thisPlace(): ProcessPlace {
  return { host: hostname(), space: processSpace() };
}

function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** Whether there is no process of this id here. One that belongs to somebody else is there. */
export function isNoProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
