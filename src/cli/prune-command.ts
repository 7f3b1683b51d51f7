import { withDatabase } from "./database.ts";
import { count, dateAndTime } from "../report/quantities.ts";
import type { Terminal } from "./terminal.ts";

export interface PruneFlags {
  readonly db: string;
  readonly olderThan: number;
}

/** `quorate prune`: forgets the runs that ended longer ago than so many milliseconds. */
export async function pruneCommand(flags: PruneFlags, screen: Terminal): Promise<void> {
  const { pruned, beforeMs } = await withDatabase(flags.db, async (store) => {
    const beforeMs = (await store.values.now()) - flags.olderThan;
    return { pruned: await store.prune(beforeMs), beforeMs };
  });
  screen.print(`forgot ${count(pruned, "run")} that ended before ${dateAndTime(beforeMs)}`);
}
