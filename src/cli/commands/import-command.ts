import { describeThrown, QuorateError } from "../../model/errors.ts";
import { todaysEvents } from "../../model/earlier-events.ts";
import type { RunEvent } from "../../model/events.ts";
import { count } from "../../report/quantities.ts";
import { report as reportOn } from "../../report/report.ts";
import type { Store } from "../../store/store.ts";
import { checkRunId } from "../../run/run-id.ts";
import { openDatabase, shownPlace } from "../given/database.ts";
import { showHint } from "../shown/show-hint.ts";
import { parsed, readTextInput } from "../given/read-input.ts";
import { section } from "../shown/report.ts";
import { safeText } from "../shown/safe-text.ts";
import type { Terminal } from "../shown/terminal.ts";

/** The longest file that is read, in bytes: more than any one event may have. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * `quorate import`: adds the runs of a file, as `quorate export RUN` wrote it, to a database. Rejects with `INPUT_INVALID` for what is no log of a run, and
 * with `RUN_ID_TAKEN` where the database has one of them; nothing is added then.
 */
export async function importCommand(
  file: string,
  { db }: { readonly db: string },
  screen: Terminal,
): Promise<void> {
  const source = file === "-" ? "standard input" : file;
  const runs = runsIn(await readTextInput(file, process.stdin, MAX_BYTES), source);
  const { store, close } = await openDatabase(db);
  try {
    await refuseTaken(store, [...runs.keys()], db);
    for (const [runId, events] of runs) {
      await store.append(events);
      // One that has not ended waits to be gone on with.
      await store.release(runId, 1);
      const many = count(events.length, "event");
      screen.print(`imported run ${safeText(runId)} with ${many}`);
    }
  } finally {
    await close();
  }
  const [latest] = [...runs.keys()].slice(-1);
  if (latest !== undefined) screen.print(...section("Log", screen, showHint(latest, db, screen)));
}

async function refuseTaken(store: Store, runIds: readonly string[], db: string): Promise<void> {
  for (const runId of runIds) {
    if ((await store.run(runId)) === undefined) continue;
    const instead = "delete that one, or import into another file with --db FILE";
    throw new QuorateError(
      "RUN_ID_TAKEN",
      `${shownPlace(db)} has a run ${runId} already; ${instead}.`,
    );
  }
}

function runsIn(text: string, source: string): ReadonlyMap<string, readonly RunEvent[]> {
  const runs = new Map<string, RunEvent[]>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const where = `${source}, line ${index + 1}`;
    const event = eventIn(parsed(line, where, "line"), where);
    const before = runs.get(event.runId) ?? [];
    runs.set(event.runId, before);
    if (event.seq !== before.length + 1) {
      const due = `the ${before.length === 0 ? "first" : "next"} of run ${event.runId} has ${before.length + 1}`;
      throw refusal(`${where} has the seq ${event.seq}, and ${due}; export the run again.`);
    }
    before.push(event);
  }
  if (runs.size === 0) throw refusal(`${source} has no run; write one with quorate export RUN.`);
  for (const [runId, events] of runs) runs.set(runId, readable(runId, events, source));
  return runs;
}

function eventIn(value: unknown, where: string): RunEvent {
  const event = Object(value) as Readonly<Record<string, unknown>>;
  const isEvent =
    typeof event["runId"] === "string" &&
    typeof event["type"] === "string" &&
    Number.isSafeInteger(event["seq"]) &&
    Number.isFinite(event["atMs"]);
  if (isEvent) {
    refuseDeceitful(event["runId"], where);
    return value as RunEvent;
  }
  throw refusal(`${where} is not an event of a run; write the file with quorate export RUN.`);
}

/** An id that no run can be begun with, since it could be taken for another. */
function refuseDeceitful(runId: unknown, where: string): void {
  try {
    checkRunId(runId);
  } catch (error) {
    throw refusal(`${where}: ${describeThrown(error)}.`);
  }
}

/** The events as this version writes them. What cannot be shown must not come into a database: no command could say any more what is in it. */
function readable(runId: string, events: readonly RunEvent[], source: string): RunEvent[] {
  const todays = [...todaysEvents(events)];
  if (todays[0]?.type !== "run.started") {
    throw refusal(`${source} does not begin run ${runId} with run.started; export the run again.`);
  }
  try {
    reportOn(todays);
  } catch {
    const why = "an event of it does not say what such an event has to";
    throw refusal(
      `${source} has a run ${runId} that cannot be read: ${why}; export the run again.`,
    );
  }
  return todays;
}

function refusal(message: string): QuorateError {
  return new QuorateError("INPUT_INVALID", message);
}
