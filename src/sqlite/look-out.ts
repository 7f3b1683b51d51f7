import type { DatabaseSync } from "node:sqlite";
import { listeners } from "../store/listeners.ts";

/** Tells of what was written to the file. */
export interface LookOut {
  /** Has `told` called soon after something may have been written under a name, by whatever process. Holds the process where `hold` (default). */
  watch(name: string, told: () => void, hold?: boolean): Disposable;
  /** This store has written something under a name. */
  wrote(name: string): void;
  /** Tells all, and looks no more. */
  stop(): void;
}

// What this store writes is told at once. Others are looked for so often: it costs two microseconds.
const LOOK_EVERY_MS = 50;

/**
 * SQLite counts for each connection what others have committed, in the shared index of the log: nothing is read, and no file has to
 * be watched, which not every system does. Whoever listens looks for itself whether it was meant.
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
      // Those who listen find out what is wrong with the file.
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
          // Nobody holds the process: the timer stops by itself, as somebody else may come before it rings.
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
