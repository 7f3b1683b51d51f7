import { retry } from "../../index.ts";
import { withDatabase } from "../given/database.ts";
import { EXIT } from "../exit-code.ts";
import { findRun } from "../given/find-run.ts";
import { safeText } from "../shown/safe-text.ts";
import { shortId } from "../shown/short-id.ts";
import type { Terminal } from "../shown/terminal.ts";

export interface RetryFlags {
  readonly db: string;
}

/** `quorate retry`: has a run tried again that workers leave alone, as processes have died over it. Gives the exit code: 3 where it has ended. */
export async function retryCommand(
  wanted: string,
  { db }: RetryFlags,
  screen: Terminal,
): Promise<number> {
  return withDatabase(db, async (store, backend) => {
    const runId = await findRun(store, wanted, db);
    const status = (await store.run(runId))?.status;
    const run = `run ${safeText(shortId(runId))}`;
    if (status !== "interrupted") {
      screen.print(`${run} is ${String(status)}: there is nothing to try again`);
      return status === "running" || status === "waiting" ? EXIT.ok : EXIT.open;
    }
    await retry(backend, runId);
    screen.print(`${run} is left to workers again`);
    return EXIT.ok;
  });
}
