import { recordedTruths } from "../learning/index.ts";
import { withDatabase } from "./database.ts";
import { safeJson } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";

export interface ExportFlags {
  readonly db: string;
  readonly truths?: boolean;
  readonly team?: string;
}

/** `quorate export --truths`: every truth that was recorded, a JSON object on each line, as `quorate truth --from` reads it. */
export async function exportCommand({ db, team }: ExportFlags, screen: Terminal): Promise<void> {
  await withDatabase(db, async (_store, backend) => {
    const wanted = team === undefined ? {} : { supervisor: team };
    for await (const { supervisor, kind, recorded } of recordedTruths(backend, wanted)) {
      const { runId: run, atMs, ...rest } = recorded;
      const at = atMs === undefined ? {} : { at: new Date(atMs).toISOString() };
      screen.print(safeJson({ run, ...rest, ...at, kind, supervisor }));
    }
  });
}
