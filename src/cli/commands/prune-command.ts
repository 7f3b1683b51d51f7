import { withDatabase } from "../given/database.ts";
import type { Store } from "../../store/store.ts";
import { ALL } from "../given/find-run.ts";
import { count, dateAndTime } from "../../report/quantities.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface PruneFlags {
  readonly db: string;
  readonly olderThan: number;
  readonly dryRun?: boolean;
}

/** `quorate prune`: forgets the runs that ended longer ago than so many milliseconds; with `--dry-run` it only says how many. */
export async function pruneCommand(flags: PruneFlags, screen: Terminal): Promise<void> {
  const { pruned, beforeMs } = await withDatabase(flags.db, async (store) => {
    const beforeMs = (await store.values.now()) - flags.olderThan;
    const pruned = flags.dryRun === true ? await old(store, beforeMs) : await store.prune(beforeMs);
    return { pruned, beforeMs };
  });
  const what = flags.dryRun === true ? "would forget" : "forgot";
  screen.print(`${what} ${count(pruned, "run")} that ended before ${dateAndTime(beforeMs)}`);
}

/** How many runs ended before a time. One that somebody goes on with in that moment is kept all the same. */
async function old(store: Store, beforeMs: number): Promise<number> {
  const ended = await store.runs({
    status: ["complete", "partial", "failed", "cancelled"],
    limit: ALL,
  });
  return ended.filter(({ endedAtMs }) => endedAtMs !== null && endedAtMs < beforeMs).length;
}
