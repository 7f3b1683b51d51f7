import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A program's processes: itself, and all that it started and that stayed in its group. */
export interface ProcessGroup extends Disposable {
  /** Tells all of them to stop, and kills those that still run after `killAfterMs`. A second call does nothing. */
  stop(): void;
  /** Stops the remaining processes, and resolves when there are none. */
  ended(): Promise<void>;
}

const POLL_MS = 10;
/** A killed process ends at once, unless the kernel is busy with it; this limits the wait for that. */
const MOST_POLLS_AFTER_KILL = 100;

/**
 * The group of the process `leader`.
 *
 *     running ── stop ──▶ SIGTERM ── killAfterMs ──▶ SIGKILL
 */
export function processGroup(leader: number, killAfterMs: number): ProcessGroup {
  let timer: NodeJS.Timeout | undefined;
  let killed = false;
  const kill = (): void => {
    killed = true;
    send(leader, "SIGKILL");
  };
  const stop = (): void => {
    if (timer !== undefined) return;
    send(leader, "SIGTERM");
    timer = setTimeout(kill, killAfterMs);
  };
  return {
    stop,
    async ended() {
      if (isGone(leader)) return;
      stop();
      for (let polls = 0; !isGone(leader) && polls < MOST_POLLS_AFTER_KILL;) {
        await sleep(POLL_MS);
        if (killed) polls++;
      }
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

function send(leader: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    // It exists, even if it belongs to another user by now.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isGone(leader: number): boolean {
  return !send(leader, 0) || hasOnlyZombies(leader);
}

/** Whether all of a group have ended and only wait for a parent that never reaps them: common if the container's first process is no init. */
function hasOnlyZombies(leader: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .every((pid) => !isAlive(pid, leader));
  } catch {
    return false;
  }
}

function isAlive(pid: string, leader: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may contain anything: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === String(leader) && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}
