import { QuorateError } from "../../model/errors.ts";
import type { Erasure, Store } from "../../store/store.ts";
import { withDatabase } from "../given/database.ts";
import { findRun, isMissing } from "../given/find-run.ts";
import { safeText } from "../shown/safe-text.ts";
import { count } from "../../report/quantities.ts";
import type { Terminal } from "../shown/terminal.ts";

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
  const isAmong = tenant !== undefined || tag !== undefined;
  const among = { ...(tenant !== undefined && { tenant }), ...(tag !== undefined && { tag }) };
  await withDatabase(db, async (store) => {
    const run = wanted === undefined ? undefined : await meant(store, wanted, db, isAmong && among);
    const erased = await store.erase({ ...(run !== undefined && { run: run.runId }), ...among });
    screen.print(
      run?.isForgotten === true
        ? `there is no run "${safeText(run.runId)}" any more; what was still kept of it is erased`
        : `erased ${count(erased, "run")} and what came of ${erased === 1 ? "it" : "them"}`,
    );
  });
}

/** The run that is meant. Of one that is forgotten, something may be kept under its whole id. */
async function meant(
  store: Store,
  wanted: string,
  db: string,
  among: Pick<Erasure, "tenant" | "tag"> | false,
): Promise<{ readonly runId: string; readonly isForgotten: boolean }> {
  try {
    const runId = await findRun(store, wanted, db, among === false ? undefined : among);
    return { runId, isForgotten: false };
  } catch (error) {
    // Whose it was, its log alone could tell.
    if (!isMissing(error) || wanted === "" || wanted === "latest" || among !== false) throw error;
    const isPartOfMany = (await store.runs({ prefix: wanted, limit: 1 })).length > 0;
    if (isPartOfMany) throw error;
    return { runId: wanted, isForgotten: true };
  }
}
