import { checkRunId } from "./run-id.ts";
import { Cancellation, cancelWith, follow } from "../../async/cancellation.ts";
import type { Checked } from "../../check/options.ts";
import { keepAwake } from "../../async/keep-awake.ts";
import { deadlinePassed } from "../../engine/deadline.ts";
import type { LiveEvent } from "../../events.ts";
import type { Outcome } from "../../outcome.ts";
import type { Store } from "../../store/store.ts";
import { DRIVEN, type RunOptions } from "../options.ts";
import { reseated, type Root, type Seated } from "./root.ts";
import { errorOutside, secrecyOf, type Secrecy } from "./secrecy.ts";

/** A run under way. */
export interface Started {
  readonly runId: string;
  readonly outcome: Promise<Outcome>;
  readonly cancellation: Cancellation;
}

/** Begins a run, or goes on with it. Never throws: what keeps a run from having an outcome rejects `outcome`. */
export function startRun(
  root: Root,
  conduct: (driver: Driver) => Promise<Outcome>,
  runId: string,
  options: RunOptions,
  watch?: (event: LiveEvent) => void,
): Started {
  const cancellation = new Cancellation();
  return {
    runId,
    outcome: drive(root, conduct, runId, options, cancellation, watch),
    cancellation,
  };
}

/** A run in this process: what it was given, and what it has made of it. */
export interface Driver {
  readonly root: Root;
  readonly runId: string;
  readonly options: Checked<typeof DRIVEN>;
  readonly seated: Seated;
  readonly store: Store;
  readonly cancellation: Cancellation;
  /** Cancelled when `deadlineMs` is over, and with the run; `undefined` where there is no deadline. */
  readonly deadline: Cancellation | undefined;
  readonly watch: ((event: LiveEvent) => void) | undefined;
  readonly secrecy: Secrecy;
  /** Is told when a run that was to begin was there already, so that nobody was asked. */
  readonly begunByOthers?: () => void;
}

async function drive(
  root: Root,
  conduct: (driver: Driver) => Promise<Outcome>,
  runId: string,
  given: RunOptions,
  cancellation: Cancellation,
  watch: ((event: LiveEvent) => void) | undefined,
): Promise<Outcome> {
  // Whoever watches has a stream to read from before the first agent says anything.
  if (watch !== undefined) await undefined;
  const where = `a run of ${root.team.where}`;
  const options = DRIVEN.of(given, where);
  if (typeof runId !== "string") checkRunId(runId);
  const { seated } = reseated(root, options);
  const { signal, store = root.store } = options;
  using _following = signal === undefined ? undefined : follow(signal, cancellation);
  // The timer of an AbortSignal.timeout() does not keep the process alive, and the run waits for it.
  using _awake = signal === undefined ? undefined : keepAwake();
  if (cancellation.cancelled) throw cancellation.reason;
  const before = root.asleep.get(runId);
  const secrecy = before?.store === store ? before.secrecy : secrecyOf(root.team, store.values);
  using limit = deadlineOf(root, options, cancellation);
  const deadline = limit?.cancellation;
  const driver = { root, runId, options, seated, store, cancellation, deadline, watch, secrecy };
  try {
    const outcome = await conduct(driver);
    rememberAsleep(driver, outcome);
    return outcome;
  } catch (error) {
    throw errorOutside(error, secrecy, signal);
  }
}

interface Limit extends Disposable {
  readonly deadlineMs: number;
  readonly cancellation: Cancellation;
}

/** The deadline of one run, from when it is begun or gone on with, or of a plan. */
export function deadlineOf(
  { team, clock }: Root,
  options: Pick<RunOptions, "deadlineMs">,
  run: Cancellation,
): Limit | undefined {
  const deadlineMs = options.deadlineMs ?? team.deadlineMs;
  if (deadlineMs === undefined || deadlineMs === Infinity) return undefined;
  const startedMs = clock.monotonic();
  const end = (): void => cancellation.cancel(deadlinePassed(team.where, deadlineMs));
  // The timer does not ring while an agent keeps the event loop from turning.
  const cancellation = new Cancellation(() => {
    if (clock.monotonic() - startedMs > deadlineMs) end();
  });
  const following = cancelWith(run, cancellation);
  const timer = clock.timer(deadlineMs, end);
  return {
    deadlineMs,
    cancellation,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      following[Symbol.dispose]();
    },
  };
}

const MAX_ASLEEP = 1_000;

/** What was secret in a run that waits is known when it goes on in this process: what a person writes may repeat it. */
function rememberAsleep({ root, runId, store, secrecy }: Driver, { status }: Outcome): void {
  const { asleep } = root;
  asleep.delete(runId);
  if (status !== "waiting" || secrecy.redact === undefined) return;
  asleep.set(runId, { store, secrecy });
  const [oldest] = asleep.keys();
  if (asleep.size > MAX_ASLEEP && oldest !== undefined) asleep.delete(oldest);
}
