import { QuorateError, isSoundError } from "../model/errors.ts";
import { isRefusal } from "../model/is-refusal.ts";
import type { HumanDecision } from "../log/chosen-position.ts";
import type { RunEvent } from "../model/events.ts";
import type { RunStream } from "../run/stream.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import type { ForkOptions, RunOptions } from "../team/run-options.ts";
import { HttpRefusal } from "./http/http-refusal.ts";
import { tooMany } from "./http/allowance.ts";
import { cuttable } from "./store-view.ts";

/** A failure that is not the answer to a request: for the operator's log. */
export interface ServerFailure {
  /** What the server was doing. */
  readonly what: string;
  readonly error: unknown;
}

/** Options of a run, in addition to its task. */
export type StartOptions = Pick<RunOptions, "runId" | "tenant" | "tags" | "budget" | "deadlineMs">;

/** The runs that a server drives. */
export interface Driving {
  /** Resolves with the run's id once it has begun; rejects if it cannot begin. The run continues by itself. */
  readonly start: (team: Supervisor, input: unknown, options: StartOptions) => Promise<string>;
  readonly fork: (
    team: Supervisor,
    runId: string,
    options: Pick<ForkOptions, "from" | "input"> & StartOptions,
  ) => Promise<string>;
  /** Resolves once the decision is recorded, or left for the process that drives the run. */
  readonly decide: (
    team: Supervisor,
    runId: string,
    decision: HumanDecision,
    afterSeq: number,
  ) => Promise<"recorded" | "left">;
  /** From now on resumes a team's runs that no process drives. */
  readonly keepResuming: (team: Supervisor) => void;
  /** Settles when the run is no longer driven; `undefined` if no request drives it. */
  readonly underWay: (runId: string) => Promise<unknown> | undefined;
  /** How many runs are driven for requests. */
  readonly count: () => number;
  /** Releases all runs, in their current state, and resolves when they have stopped. */
  readonly close: () => Promise<void>;
}

/** A run that a request drives. */
interface DrivenRun {
  readonly runId: string;
  /** Settles when it is no longer driven. */
  readonly ended: Promise<unknown>;
}

export interface DrivingOptions {
  readonly backend: Backend;
  readonly maxRuns: number;
  /** Called when a run has ended, waits, or is no longer driven. */
  readonly onSettled: (runId: string) => void;
  readonly onFailure: (failure: ServerFailure) => void;
}

// Until then a process that drives the run has looked at it.
const LEFT_AFTER_MS = 2_000;

export function driving({ backend, maxRuns, onSettled, onFailure }: DrivingOptions): Driving {
  const { store, cut } = cuttable(backend.store);
  const own: Backend = { ...backend, store };
  const stopping = new AbortController();
  const driven = new Set<DrivenRun>();
  const keepers = new Set<{ close(): Promise<void> }>();

  function drive(stream: RunStream<unknown>): AsyncIterator<unknown, void> {
    const { runId, outcome } = stream;
    const settled = outcome.then(
      () => onSettled(runId),
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        // Cancelled on request: its log says so.
        if (isSoundError(error) && error.code === "CANCELLED") onSettled(runId);
        // Whoever asked is told of a refusal.
        else if (!isRefusal(error)) onFailure({ what: `run ${runId}`, error });
      },
    );
    const run: DrivenRun = { runId, ended: settled.finally(() => driven.delete(run)) };
    driven.add(run);
    // Not left early, which would cancel the run.
    return stream[Symbol.asyncIterator]();
  }

  function checkRoom(): void {
    if (stopping.signal.aborted) throw closing();
    if (driven.size >= maxRuns) throw tooMany(`The server drives ${maxRuns} runs already.`, 10);
  }

  const ofRun = { backend: own, signal: stopping.signal } as const;

  return {
    async start(team, input, options) {
      checkRoom();
      const stream = team.stream(input as never, { ...options, ...ofRun });
      await drive(stream).next();
      return stream.runId;
    },
    async fork(team, runId, options) {
      checkRoom();
      const stream = team.forkStream(runId, { ...(options as object), ...ofRun });
      await drive(stream).next();
      return stream.runId;
    },
    async decide(team, runId, decision, afterSeq) {
      checkRoom();
      const stream = team.decideStream(runId, decision, ofRun);
      const events = drive(stream);
      const late = Promise.withResolvers<"left">();
      const timer = setTimeout(() => late.resolve("left"), LEFT_AFTER_MS);
      const recorded = async (): Promise<"recorded"> => {
        for (;;) {
          const { done, value } = await events.next();
          if (done === true || isAfter(value, afterSeq)) return "recorded";
        }
      };
      try {
        return await Promise.race([recorded(), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    keepResuming(team) {
      if (!store.resumable) return;
      keepers.add(
        team.keepResuming({
          backend: own,
          onResumed: ({ runId, error }) => {
            if (stopping.signal.aborted) return;
            if (error === undefined || (isSoundError(error) && error.code === "CANCELLED"))
              onSettled(runId);
            else onFailure({ what: `going on with run ${runId}`, error });
          },
        }),
      );
    },
    // A run that waits may be driven again by whoever decides, before it is let go of here.
    underWay: (runId) => [...driven].findLast((run) => run.runId === runId)?.ended,
    count: () => driven.size,
    async close() {
      // The store first, so that aborted work adds nothing to its log.
      cut();
      stopping.abort(new QuorateError("CANCELLED", "the server has stopped"));
      await Promise.all([
        ...[...keepers].map((one) => one.close()),
        ...[...driven].map(({ ended }) => ended),
      ]);
    },
  };
}

function isAfter(event: unknown, seq: number): boolean {
  const at: unknown = (event as Partial<RunEvent>).seq;
  return typeof at === "number" && at > seq;
}

export function closing(): HttpRefusal {
  return new HttpRefusal(503, "CLOSING", "The server is stopping; ask it again in a moment.", {
    headers: { "Retry-After": "5" },
  });
}
