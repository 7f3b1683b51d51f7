import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** The scope within which a process id is valid. */
export interface ProcessPlace {
  readonly host: string;
  /** The process namespace, if the system tells: containers with the same host name have their own. */
  readonly space: string;
}

/** The place of this process. */
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

/** Whether no process has this id here. Another user's process counts. */
export function isNoProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
