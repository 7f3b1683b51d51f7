import { recordedTruths } from "../../learning/index.ts";
import type { Backend } from "../../index.ts";
import type { Store } from "../../store/store.ts";
import { printError } from "../print-error.ts";
import { shownPlace, withDatabase } from "../given/database.ts";
import { findRun } from "../given/find-run.ts";
import { safeJson, safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";

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
  await withDatabase(db, async (store, backend) => {
    const many = await (cases ? exportCases : exportTruths)(backend, wanted, screen);
    if (many === 0) printError(await nothingThere(store, flags));
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
): Promise<number> {
  let many = 0;
  for await (const { supervisor, kind, recorded } of recordedTruths(backend, wanted)) {
    const { runId: run, atMs, ...rest } = recorded;
    const at = atMs === undefined ? {} : { at: new Date(atMs).toISOString() };
    screen.print(safeJson({ run, ...rest, ...at, kind, supervisor }));
    many++;
  }
  return many;
}

async function exportCases(
  backend: Backend,
  wanted: ExportedTeam,
  screen: Terminal,
): Promise<number> {
  let many = 0;
  const { recordedCases } = await import("../../eval/index.ts");
  for await (const made of recordedCases(backend, wanted)) {
    many++;
    if (made.case !== undefined) screen.print(safeJson(made.case));
    else printError(`run ${safeText(made.runId)} is left out: ${made.leftOut}`);
  }
  return many;
}

const MOST_LOOKED_AT = 1_000;
const MOST_NAMED = 8;

/** Why nothing was written: no team of that name, or no truth. */
async function nothingThere(store: Store, { db, team }: ExportFlags): Promise<string> {
  const [place, records] = [
    safeText(shownPlace(db)),
    "quorate truth RUN SUBJECT VALUE records one",
  ];
  if (team === undefined) return `no truth is recorded in ${place}; ${records}`;
  const [one] = await store.runs({ team, limit: 1 });
  if (one !== undefined)
    return `no truth is recorded for a run of ${safeText(team)} in ${place}; ${records}`;
  const latest = await store.runs({ limit: MOST_LOOKED_AT });
  const names = [...new Set(latest.map(({ supervisor }) => safeText(supervisor.name)))];
  const known =
    names.length === 0
      ? "it has no runs"
      : `it has runs of ${names.slice(0, MOST_NAMED).join(", ")}`;
  return `no run of a team "${safeText(team)}" is in ${place}; ${known}`;
}
