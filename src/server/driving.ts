import { QuorateError, isSoundError } from "../model/errors.ts";
import type { HumanDecision } from "../log/chosen-position.ts";
import type { RunEvent } from "../model/events.ts";
import type { RunStream } from "../run/stream.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Backend } from "../team/backend.ts";
import type { ForkOptions, RunOptions } from "../team/options.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { tooMany } from "./allowance.ts";
import { cuttable } from "./store-view.ts";

/** Something went wrong that no request is answered with: for the log of whoever runs the server. */
export interface ServerFailure {
  /** What the server was at. */
  readonly what: string;
  readonly error: unknown;
}

/** What a run is begun with, beside its task. */
export type StartOptions = Pick<RunOptions, "runId" | "tenant" | "tags" | "budget" | "deadlineMs">;

/** The runs that a server drives. */
export interface Driving {
  /** Resolves with its id once a run has begun; rejects where it cannot. It goes on by itself. */
  readonly start: (team: Supervisor, input: unknown, options: StartOptions) => Promise<string>;
  readonly fork: (
    team: Supervisor,
    runId: string,
    options: Pick<ForkOptions, "from" | "input"> & StartOptions,
  ) => Promise<string>;
  /** Resolves once the decision is kept, or left for whoever drives the run. */
  readonly decide: (
    team: Supervisor,
    runId: string,
    decision: HumanDecision,
    afterSeq: number,
  ) => Promise<"recorded" | "left">;
  /** Goes on with runs of a team that nobody drives, from now on. */
  readonly keepResuming: (team: Supervisor) => void;
  /** Settles when a run is not driven any more; `undefined` where it is not driven for a request. */
  readonly underWay: (runId: string) => Promise<unknown> | undefined;
  /** How many runs are driven for requests. */
  readonly count: () => number;
  /** Lets go of all runs, as they stand, and resolves when they have stopped. */
  readonly close: () => Promise<void>;
}

export interface DrivingOptions {
  readonly backend: Backend;
  readonly maxRuns: number;
  /** Hears of a run that has ended, or waits; or is not driven any more. */
  readonly onSettled: (runId: string) => void;
  readonly onFailure: (failure: ServerFailure) => void;
}

// Whoever drives the run in another process is looked at by then.
const LEFT_AFTER_MS = 2_000;

export function driving({ backend, maxRuns, onSettled, onFailure }: DrivingOptions): Driving {
  const { store, cut } = cuttable(backend.store);
  const own: Backend = { ...backend, store };
  const stopping = new AbortController();
  const driven = new Set<Promise<unknown>>();
  const byRun = new Map<string, Promise<unknown>>();
  const keepers = new Set<{ close(): Promise<void> }>();

  function drive(stream: RunStream<unknown>): AsyncIterator<unknown, void> {
    const { runId, outcome } = stream;
    const settled = outcome.then(
      () => onSettled(runId),
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        // Cancelled by request: its log says so.
        if (isSoundError(error) && error.code === "CANCELLED") onSettled(runId);
        else if (!isRefusal(error)) onFailure({ what: `run ${runId}`, error });
      },
    );
    const entry = settled.finally(() => {
      driven.delete(entry);
      if (byRun.get(runId) === entry) byRun.delete(runId);
    });
    driven.add(entry);
    byRun.set(runId, entry);
    // Not left early: that would cancel the run.
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
    underWay: (runId) => byRun.get(runId),
    count: () => driven.size,
    async close() {
      // First the store: what is aborted then ends without a word in its log.
      cut();
      stopping.abort(new QuorateError("CANCELLED", "the server has stopped"));
      await Promise.all([...[...keepers].map((one) => one.close()), ...driven]);
    },
  };
}

/** Whoever asked is told of it. */
function isRefusal(error: unknown): boolean {
  if (!isSoundError(error)) return false;
  const { code } = error;
  const refusals: readonly string[] = [
    "BAD_OPTIONS",
    "BAD_ROUTE",
    "INPUT_INVALID",
    "RUN_NOT_FOUND",
    "RUN_OWNED",
    "RUN_ID_TAKEN",
    "NOT_RESUMABLE",
    "ALREADY_DECIDED",
    "NO_SUCH_POSITION",
  ];
  return refusals.includes(code);
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
