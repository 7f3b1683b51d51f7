import { createServer } from "node:http";
import { describeThrown, QuorateError } from "../model/errors.ts";
import type { ResumedRun } from "../index.ts";
import type { Store } from "../store/store.ts";
import type { Supervisor } from "../supervisor.ts";
import { complain } from "./complain.ts";
import { EXIT } from "./exit-code.ts";
import { loadTeam } from "./load-team.ts";
import { sharedLog } from "./run-log.ts";
import { safeText } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { cancelOnSignals, stopped } from "./signals.ts";
import type { Terminal } from "./terminal.ts";

export interface WorkerFlags {
  readonly db?: string;
  /** How many runs of each team are carried out at once. */
  readonly concurrency: number;
  /** How long runs may take to end once it is stopped, in ms. */
  readonly drain: number;
  /** A port of 127.0.0.1 that says whether it works. */
  readonly health?: number;
}

/**
 * `quorate worker`: carries out the runs of teams that are left to others, or whose process has died, until Ctrl-C or SIGTERM. Then it begins
 * no more, waits for those under way, and lets go of what is left. Gives the exit code; rejects where it cannot begin.
 */
export async function workerCommand(
  files: readonly string[],
  flags: WorkerFlags,
  screen: Terminal,
): Promise<number> {
  const teams: Supervisor[] = [];
  for (const file of files) teams.push(await loadTeam(file));
  using signals = cancelOnSignals();
  const log = await sharedLog(teams, flags.db);
  try {
    await log.store.runs({ limit: 1 });
    await using _health = await healthServer(flags.health, log.store);
    const kept = teams.map((team) =>
      team.keepResuming({
        backend: log.backend,
        atOnce: flags.concurrency,
        onResumed: (run) => screen.print(lineOf(team.name, run)),
      }),
    );
    const names = teams.map(({ name }) => safeText(name)).join(", ");
    const where = log.file === undefined ? "" : ` in ${safeText(log.file)}`;
    screen.print(`working on runs of ${screen.style("title", names)}${where}; Ctrl-C stops it`);
    await stopped(signals.signal);
    screen.print("stopping: no more runs are begun; those under way may end");
    const ended = Promise.all(kept.map(async (one) => one.close()));
    if (!(await isDone(ended, flags.drain))) {
      screen.print("some runs are not over; others can go on with them");
      await log.store.close();
      await ended;
    }
  } finally {
    await log.store.close();
  }
  return signals.exitCode === EXIT.failed ? EXIT.failed : EXIT.ok;
}

function lineOf(team: string, { runId, outcome, error }: ResumedRun): string {
  const what = outcome === undefined ? `could not go on: ${describeThrown(error)}` : outcome.status;
  return safeText(`${team} ${shortId(runId)} ${what}`);
}

/** Whether it is done in time. */
async function isDone(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), withinMs);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Answers 200 as long as the database does, 503 where it does not. */
async function healthServer(port: number | undefined, store: Store): Promise<AsyncDisposable> {
  if (port === undefined) return { async [Symbol.asyncDispose]() {} };
  const http = createServer((request, response) => {
    request.resume();
    const answer = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain", "cache-control": "no-store" });
      response.end(`${text}\n`);
    };
    Promise.resolve()
      .then(async () => store.values.now())
      .then(
        () => answer(200, "ok"),
        (error: unknown) => {
          complain(describeThrown(error));
          answer(503, "the database does not answer");
        },
      );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http.once("error", reject).listen(port, "127.0.0.1", resolve);
  await promise.catch((cause: unknown) => {
    const why = `cannot listen at 127.0.0.1, port ${port}: ${describeThrown(cause)}`;
    throw new QuorateError("BAD_OPTIONS", why, { cause });
  });
  http.unref();
  return {
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}
