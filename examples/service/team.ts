import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { agent, human, supervisor, unanimous, type LiveEvent } from "quorate";
import { sqlite } from "quorate/sqlite";

/** A change that is to be reviewed. */
export interface Change {
  readonly pull: number;
  readonly diff: string;
}

export interface ServiceSettings {
  /** Where its runs are kept. */
  readonly db: string;
  /** How long a scan takes, in ms: a model, a coding agent or a build would take minutes. */
  readonly scanMs: number;
  /** Where every scan that begins is written down, one a line. */
  readonly ledger?: string | undefined;
}

const SILENT: ReadonlySet<string> = new Set(["call.progress", "run.planned"]);

/** A line of the service's log for an event. What failed warns; what agents and people say is in the run's own log, and not here. */
function logged(log: pino.Logger): (event: LiveEvent) => void {
  return (event) => {
    const { type, runId } = event;
    if (SILENT.has(type)) return;
    const of = { runId, ...("callId" in event && { callId: event.callId }) };
    if ("error" in event) log.warn({ ...of, code: event.error.code }, type);
    else log.info(of, type);
  };
}

/** Reviews changes: two scans, and a person where they disagree. */
export function reviewTeam({ db, scanMs, ledger }: ServiceSettings) {
  // On standard error, at once: what was written is there when the process is killed.
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

/** The settings that both services take from the environment. */
export function settingsFrom(env: NodeJS.ProcessEnv): ServiceSettings {
  return {
    db: env["DB"] ?? "reviews.db",
    scanMs: Number(env["SCAN_MS"] ?? 3_000),
    ledger: env["LEDGER"],
  };
}
