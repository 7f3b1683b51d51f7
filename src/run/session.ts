import { checkRunId } from "./run-id.ts";
import { Cancellation, followAwake } from "../async/cancellation.ts";
import type { Checked } from "../check/options.ts";
import { requestDesk } from "../log/request-desk.ts";
import { cancelledError } from "../log/requests.ts";
import type { RunTracing } from "../call/tracing.ts";
import type { QuorateError } from "../model/errors.ts";
import type { Watch } from "./listeners.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Store } from "../store/store.ts";
import type { Backend } from "../team/backend.ts";
import { DRIVEN, type RunOptions } from "../team/run-options.ts";
import { deadlineOf } from "./deadline.ts";
import { configuredFor, type Root, type ConfiguredRoot } from "./root.ts";
import { errorOutside, secrecyOf, type Secrecy } from "./secrecy.ts";

/** What a run begins or resumes with. */
export interface Given {
  readonly root: Root;
  readonly runId: string;
  readonly options: RunOptions;
  readonly watch: Watch | undefined;
}

/** A run in this process: its arguments, and what was made of them. */
export interface Session extends Omit<Given, "options"> {
  readonly options: Checked<typeof DRIVEN>;
  readonly configuredRoot: ConfiguredRoot;
  readonly backend: Backend;
  /** The store of its backend. */
  readonly store: Store;
  readonly cancellation: Cancellation;
  /** Cancelled when `deadlineMs` is over, and with the run; `undefined` if there is no deadline. */
  readonly deadline: Cancellation | undefined;
  readonly secrecy: Secrecy;
  readonly requests: Requests;
  /** Traces the run while it is driven here. */
  readonly traced: { tracing: RunTracing | undefined };
  /** Called if a run that should begin existed already, so that no agent was asked. */
  readonly begunByOthers?: () => void;
}

/** Requests about a run from outside. */
export interface Requests {
  /** Whether this process drives the run. */
  drives: boolean;
  /** The requested cancellation: its reason, and the error that the run is cancelled with. */
  cancel: { readonly reason: string; readonly error: QuorateError } | undefined;
}

/** A run under way. */
export interface Started {
  readonly runId: string;
  /** Rejects with whatever keeps the run from having an outcome. */
  readonly outcome: Promise<Outcome>;
  readonly cancellation: Cancellation;
}

/** Carries a run out in its own session, which ends with it. Never throws. */
export function inSession(given: Given, run: (session: Session) => Promise<Outcome>): Started {
  const cancellation = new Cancellation();
  return {
    runId: given.runId,
    outcome: withSession(given, run, cancellation, rememberAsleep),
    cancellation,
  };
}

/** Does something with a run in its own session, which ends with it. */
export async function withSession<T>(
  given: Given,
  work: (session: Session) => Promise<T>,
  cancellation: Cancellation = new Cancellation(),
  done?: (session: Session, came: T) => void,
): Promise<T> {
  const { root, runId, watch } = given;
  // A watcher has a stream to read from before the first agent says anything.
  if (watch !== undefined) await undefined;
  const options = DRIVEN.of(given.options, `a run of ${root.team.where}`);
  if (typeof runId !== "string") checkRunId(runId);
  const configuredRoot = configuredFor(root, options);
  const { signal, backend = root.backend } = options;
  const { store } = backend;
  using _following = signal === undefined ? undefined : followAwake(signal, cancellation);
  if (cancellation.cancelled) throw cancellation.reason;
  const secrecy = root.runsIn(store.values).asleep.get(runId) ?? secrecyOf(root.team, store.values);
  using until = deadlineOf(root, options, cancellation);
  const deadline = until?.cancellation;
  const requests: Requests = { drives: false, cancel: undefined };
  using _hearing = requestDesk(store.values).hear({
    runId,
    team: root.team.label.name,
    drives: () => requests.drives,
    told(reason) {
      if (cancellation.cancelled) return;
      const error = cancelledError(runId, reason);
      requests.cancel = { reason, error };
      cancellation.cancel(error);
    },
  });
  const session = {
    ...given,
    watch: onceEach(watch),
    options,
    configuredRoot,
    backend,
    store,
    cancellation,
    deadline,
    secrecy,
    requests,
    traced: { tracing: undefined as RunTracing | undefined },
  };
  try {
    const came = await work(session);
    done?.(session, came);
    return came;
  } catch (error) {
    // No work was begun, else the end of that would have ended the trace.
    session.traced.tracing?.end({ reason: error });
    throw errorOutside(error, secrecy, signal);
  }
}

/** Shows each event of a run once, whether it is recorded, followed or read. */
function onceEach(watch: Given["watch"]): Given["watch"] {
  if (watch === undefined) return undefined;
  let seen = 0;
  return (event) => {
    if (event.type !== "call.progress") {
      if (event.seq <= seen) return;
      seen = event.seq;
    }
    watch(event);
  };
}

const MAX_ASLEEP = 1_000;

/** Remembers the secrets of a waiting run for when it continues in this process, because the person may repeat them. */
function rememberAsleep({ root, runId, store, secrecy }: Session, { status }: Outcome): void {
  const { asleep } = root.runsIn(store.values);
  asleep.delete(runId);
  if (status !== "waiting" || secrecy.redact === undefined) return;
  asleep.set(runId, secrecy);
  const [oldest] = asleep.keys();
  if (asleep.size > MAX_ASLEEP && oldest !== undefined) asleep.delete(oldest);
}
