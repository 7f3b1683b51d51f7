import { QuorateError } from "../model/errors.ts";
import { withDatabase } from "./database.ts";
import { findRun } from "./find-run.ts";
import { count } from "../report/quantities.ts";
import type { Terminal } from "./terminal.ts";

export interface DeleteFlags {
  readonly db: string;
  readonly tenant?: string;
  readonly tag?: Readonly<Record<string, string>>;
}

/** `quorate delete`: erases a run, or the runs of a tenant or with tags, and what came of them. */
export async function deleteCommand(
  wanted: string | undefined,
  { db, tenant, tag }: DeleteFlags,
  screen: Terminal,
): Promise<void> {
  if (wanted === undefined && tenant === undefined && tag === undefined) {
    const what = "delete is not told which runs";
    const instead = "give a run, --tenant or --tag; to forget old runs, use quorate prune";
    throw new QuorateError("BAD_OPTIONS", `${what}: ${instead}`);
  }
  const erased = await withDatabase(db, async (store) =>
    store.erase({
      ...(wanted !== undefined && { run: await findRun(store, wanted, db) }),
      ...(tenant !== undefined && { tenant }),
      ...(tag !== undefined && { tag }),
    }),
  );
  screen.print(`erased ${count(erased, "run")} and what came of ${erased === 1 ? "it" : "them"}`);
}
