import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The processes of a program: itself, and whatever it has started that stayed in its group. */
export interface ProcessGroup extends Disposable {
  /** Tells all of them to stop, and kills those that are still there after `killAfterMs`. Does so once. */
  stop(): void;
  /** Stops whoever is left, and resolves when nobody is. */
  ended(): Promise<void>;
}

const POLL_MS = 10;
/** A killed process is gone at once, unless the kernel is at work for it: nobody waits for that without end. */
const MOST_POLLS_AFTER_KILL = 100;

/**
 * The group that a process leads.
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
    // Where it is somebody else's by now, it is there all the same.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isGone(leader: number): boolean {
  return !send(leader, 0) || hasOnlyZombies(leader);
}

/** Whether all of a group have ended and only wait for a parent that never asks: common where the first process is no init. */
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
    // After the name, which may have anything in it: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === String(leader) && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}
