import { recordedTruths } from "../learning/index.ts";
import type { Backend } from "../index.ts";
import { complain } from "./complain.ts";
import { withDatabase } from "./database.ts";
import { findRun } from "./find-run.ts";
import { safeJson, safeText } from "./safe-text.ts";
import type { Terminal } from "./terminal.ts";

export interface ExportFlags {
  readonly db: string;
  readonly truths?: boolean;
  readonly cases?: boolean;
  readonly team?: string;
}

/**
 * `quorate export`: every truth that was recorded, as `quorate truth --from` reads it, or with `--cases` every run of which one is known, as `quorate eval`
 * reads it; a JSON object on each line.
 */
export async function exportCommand(flags: ExportFlags, screen: Terminal): Promise<void> {
  const { db, team, cases = false } = flags;
  const wanted = team === undefined ? {} : { supervisor: team };
  await withDatabase(db, async (_store, backend) => {
    if (cases) await exportCases(backend, wanted, screen);
    else await exportTruths(backend, wanted, screen);
  });
}

/** `quorate export RUN`: every event of a run, a JSON object on each line, as `quorate import` reads it. */
export async function exportRun(
  wanted: string,
  { db }: Pick<ExportFlags, "db">,
  screen: Terminal,
): Promise<void> {
  await withDatabase(db, async (store) => {
    for (const event of await store.read(await findRun(store, wanted, db))) {
      screen.print(safeJson(event));
    }
  });
}

type ExportedTeam = { readonly supervisor?: string };

async function exportTruths(
  backend: Backend,
  wanted: ExportedTeam,
  screen: Terminal,
): Promise<void> {
  for await (const { supervisor, kind, recorded } of recordedTruths(backend, wanted)) {
    const { runId: run, atMs, ...rest } = recorded;
    const at = atMs === undefined ? {} : { at: new Date(atMs).toISOString() };
    screen.print(safeJson({ run, ...rest, ...at, kind, supervisor }));
  }
}

async function exportCases(
  backend: Backend,
  wanted: ExportedTeam,
  screen: Terminal,
): Promise<void> {
  const { recordedCases } = await import("../eval/index.ts");
  for await (const made of recordedCases(backend, wanted)) {
    if (made.case !== undefined) screen.print(safeJson(made.case));
    else complain(`run ${safeText(made.runId)} is left out: ${made.leftOut}`);
  }
}
