import type { DatabaseSync } from "node:sqlite";
import { listeners } from "../store/listeners.ts";

/** Reports changes to the file. */
export interface LookOut {
  /** Calls `told` soon after any process may have written under a name. Keeps the process alive if `hold` is true (default). */
  watch(name: string, told: () => void, hold?: boolean): Disposable;
  /** To be called when this store has written under a name. */
  wrote(name: string): void;
  /** Calls all watchers, and stops. */
  stop(): void;
}

// This store's own writes are reported at once. Other processes' are looked for this often; a look costs two microseconds.
const LOOK_EVERY_MS = 50;

/**
 * SQLite counts for each connection what others have committed, in the shared index of the log: nothing is read, and no file needs to be watched,
 * which not every system supports. Watchers check themselves whether the change concerns them.
 */
export function lookOut(db: DatabaseSync): LookOut {
  const version = db.prepare("PRAGMA data_version");
  const told = listeners();
  let timer: NodeJS.Timeout | undefined;
  let seen: unknown;
  let holding = 0;
  let stopped = false;

  function current(): unknown {
    try {
      return version.get()?.["data_version"];
    } catch {
      // Watchers find out what is wrong with the file.
      return undefined;
    }
  }

  function look(): void {
    const now = current();
    if (now === undefined || now !== seen) told.tellAll();
    seen = now;
    if (told.size === 0) return stop();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch(name, tell, hold = true) {
      const listening = told.add(name, tell);
      if (timer === undefined && !stopped) {
        seen = current();
        timer = setInterval(look, LOOK_EVERY_MS).unref();
      }
      if (hold && holding++ === 0) timer?.ref();
      let left = false;
      return {
        [Symbol.dispose]() {
          if (left) return;
          left = true;
          listening[Symbol.dispose]();
          // Not cleared: another watcher may come before the timer fires, which then stops by itself.
          if (hold && --holding === 0) timer?.unref();
        },
      };
    },
    wrote: told.tell,
    stop() {
      stopped = true;
      stop();
      told.tellAll();
    },
  };
}
