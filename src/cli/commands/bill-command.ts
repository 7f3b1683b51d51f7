import { withDatabase } from "../given/database.ts";
import { ALL } from "../given/find-run.ts";
import { spendingLines } from "../shown/bill-page.ts";
import { safeJson } from "../shown/safe-text.ts";
import { spendingOf } from "../../server/spending.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface BillFlags {
  readonly db: string;
  /** How long ago, in ms; from the beginning where left out. */
  readonly since?: number;
  readonly json?: boolean;
  readonly full?: boolean;
}

/** `quorate bill`: what the runs of a database came to. */
export async function billCommand(flags: BillFlags, screen: Terminal): Promise<void> {
  const sinceMs = flags.since === undefined ? null : Date.now() - flags.since;
  const spending = await withDatabase(flags.db, (_store, backend) =>
    spendingOf(backend, { sinceMs, limit: ALL }),
  );
  if (flags.json === true) screen.print(safeJson(spending, 2));
  else screen.print(...spendingLines(spending, screen, flags.full ?? false));
}
