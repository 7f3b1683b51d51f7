import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { agent, human, supervisor, unanimous, type LiveEvent } from "quorate";
import { sqlite } from "quorate/sqlite";

/** A change to review. */
export interface Change {
  readonly pull: number;
  readonly diff: string;
}

export interface ServiceSettings {
  /** The file in which its runs are stored. */
  readonly db: string;
  /** How long a scan takes, in ms: a model, a coding agent or a build would take minutes. */
  readonly scanMs: number;
  /** A file that gets a line for each scan that begins. */
  readonly ledger?: string | undefined;
}

const SILENT: ReadonlySet<string> = new Set(["call.progress", "run.planned"]);

/** Logs a line for an event, as a warning if something failed. The texts of agents and people are only in the run's own log. */
function logged(log: pino.Logger): (event: LiveEvent) => void {
  return (event) => {
    const { type, runId } = event;
    if (SILENT.has(type)) return;
    const of = { runId, ...("callId" in event && { callId: event.callId }) };
    if ("error" in event) log.warn({ ...of, code: event.error.code }, type);
    else log.info(of, type);
  };
}

/** Reviews changes: two scans, and a person if they disagree. */
export function reviewTeam({ db, scanMs, ledger }: ServiceSettings) {
  // To standard error, synchronously: what was written survives a kill.
  const log = pino({ base: null }, pino.destination({ dest: 2, sync: true }));
  const begins = (name: string, { pull }: Change): void => {
    if (ledger !== undefined) appendFileSync(ledger, `${name} ${pull}\n`);
  };
  const style = agent({
    name: "style",
    run: (change: Change) => {
      begins("style", change);
      return { recommendation: "ship" };
    },
  });
  const security = agent({
    name: "security",
    timeoutMs: 10 * 60_000,
    run: async (change: Change, { signal }) => {
      begins("security", change);
      await pause(scanMs, undefined, { signal });
      return { recommendation: change.diff.includes("eval(") ? "hold" : "ship" };
    },
  });
  const team = supervisor({
    name: "review",
    agents: { style, security },
    resolve: [unanimous(), human()],
    backend: sqlite({ path: db }),
    onEvent: logged(log),
    onWaiting: ({ runId, questions }) =>
      log.info({ runId, subjects: questions.length }, "somebody is to decide"),
  });
  return { team, log };
}

/** The settings that both services read from the environment. */
export function settingsFrom(env: NodeJS.ProcessEnv): ServiceSettings {
  return {
    db: env["DB"] ?? "reviews.db",
    scanMs: Number(env["SCAN_MS"] ?? 3_000),
    ledger: env["LEDGER"],
  };
}
