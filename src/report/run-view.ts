import { memberId, scopeOf, teamOf, type CallPlace } from "../call-place.ts";
import type { Cost } from "../call.ts";
import type { Conflict } from "../conflict/conflict.ts";
import type { ErrorRecord } from "../errors.ts";
import type { ForkOf, RunEvent, SupervisorLabel } from "../events.ts";
import type { Bill, Missing, OutcomeStatus } from "../outcome.ts";
import type { Verdict } from "../resolve/verdict.ts";

export type CallState = "waiting" | "running" | "retrying" | "ok" | "failed" | "skipped";

/** One time an agent was asked. */
export interface AttemptView {
  readonly startedAtMs: number;
  /** `null` while it is open. */
  readonly endedAtMs: number | null;
  readonly answered: boolean;
}

/** One call as far as its events tell. */
export interface CallView {
  readonly callId: string;
  readonly agent: string;
  /** The call of the team that it is in; `""` for the root's own. */
  readonly team: string;
  readonly state: CallState;
  readonly attempts: readonly AttemptView[];
  /** From the log; 0 until the call has ended. */
  readonly durationMs: number;
  readonly output?: unknown;
  readonly error?: ErrorRecord;
  /** Why it was skipped. */
  readonly detail?: string;
  readonly cost?: Cost;
  /** The lane that told it to come later, while it waits for that. */
  readonly toldBy?: string;
  /** The run whose answer was taken over, so that nobody was asked. */
  readonly reusedFrom?: string;
}

/** Somebody went on with the run. `changed`: with another description of its supervisor. */
export interface Resumption {
  readonly atMs: number;
  readonly changed: boolean;
}

/** Something found by a team: `team` is the call of a nested supervisor, with `~` and the attempt where it was repeated, `""` for the root. */
export interface Found<T> {
  readonly team: string;
  readonly it: T;
}

/** A run as its log tells it: everything that a report, a timeline or an explanation needs. */
export interface RunView {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  readonly input: unknown;
  readonly mode: "parallel" | "sequence";
  readonly startedAtMs: number;
  /** The time of the last event. */
  readonly lastAtMs: number;
  /** `"interrupted"`: it has not ended and nobody drives it, which its events alone do not tell. */
  readonly status: OutcomeStatus | "running" | "interrupted" | "cancelled";
  /** Why it was cancelled. */
  readonly reason?: string;
  /** The run that it is a fork of. */
  readonly forkOf?: ForkOf;
  readonly resumed: readonly Resumption[];
  /** Planned ones first, in the order of the team, then nested ones and judges as they came. */
  readonly calls: ReadonlyMap<string, CallView>;
  readonly conflicts: readonly Found<Conflict>[];
  readonly verdicts: readonly Found<Verdict>[];
  /** What a person is asked, while the run waits for that. */
  readonly open: readonly Found<Verdict>[];
  readonly missing: readonly Missing[];
  readonly bill?: Bill;
}

/** The view of a run that has not said anything yet. */
export function emptyRun(runId: string): RunView {
  return {
    runId,
    supervisor: { name: "" },
    input: undefined,
    mode: "parallel",
    startedAtMs: 0,
    lastAtMs: 0,
    status: "running",
    resumed: [],
    calls: new Map(),
    conflicts: [],
    verdicts: [],
    open: [],
    missing: [],
  };
}

/** A run's events, folded. Gives the same view for a finished run, an open one, and one that was killed. */
export function viewRun(runId: string, events: Iterable<RunEvent>): RunView {
  const fold = runFold(runId);
  for (const event of events) fold.add(event);
  return fold.view();
}

/** The same fold one event at a time, for who watches a run. */
export interface RunFold {
  add(event: RunEvent): void;
  /** The run so far. Its collections go on growing with the next events. */
  view(): RunView;
}

export function runFold(runId: string): RunFold {
  const calls = new Map<string, CallView>();
  const conflicts: Found<Conflict>[] = [];
  const verdicts: Found<Verdict>[] = [];
  let run: RunView = { ...emptyRun(runId), calls, conflicts, verdicts };

  return {
    view: () => run,
    add(event) {
      const stoppedAtMs = run.lastAtMs;
      run = { ...run, lastAtMs: event.atMs };
      switch (event.type) {
        case "run.started":
          run = {
            ...run,
            supervisor: event.supervisor,
            input: event.input,
            startedAtMs: event.atMs,
            ...(event.forkOf !== undefined && { forkOf: event.forkOf }),
          };
          return;
        case "run.planned":
          if (event.team === undefined) run = { ...run, mode: event.mode };
          for (const agent of event.agents) {
            const callId = memberId(event, agent);
            const place = { callId, agent, ...teamOf(event) };
            if (!calls.has(callId)) calls.set(callId, waitingCall(place));
          }
          return;
        case "conflict.found":
          conflicts.push({ team: scopeOf(event), it: event.conflict });
          return;
        case "verdict.reached":
          verdicts.push({ team: scopeOf(event), it: event.verdict });
          return;
        case "run.finished":
          run = { ...run, status: event.status, missing: event.missing, bill: event.bill };
          return;
        case "run.cancelled":
          run = { ...run, status: "cancelled", reason: event.reason };
          return;
        case "run.resumed": {
          const { reason: _overcome, ...rest } = run;
          const { atMs, changed } = event;
          run = {
            ...rest,
            status: "running",
            open: [],
            resumed: [...run.resumed, { atMs, changed }],
          };
          for (const [callId, call] of calls) calls.set(callId, interrupted(call, stoppedAtMs));
          return;
        }
        case "run.waiting":
          run = {
            ...run,
            status: "waiting",
            open: event.verdicts.map((open) => ({ team: scopeOf(open), it: open.verdict })),
          };
          return;
        case "person.decided": {
          const decider = scopeOf(event);
          const { subject } = event;
          run = {
            ...run,
            open: run.open.filter(({ team, it }) => team !== decider || it.subject !== subject),
          };
          return;
        }
        case "call.late":
        case "call.abandoned":
        case "call.reported":
        case "call.queued":
        case "call.escalated":
        case "budget.overran":
          return;
        case "call.started":
        case "call.retried":
        case "call.requeued":
        case "call.succeeded":
        case "call.reused":
        case "call.failed":
        case "call.skipped": {
          const before = calls.get(event.callId) ?? waitingCall(event);
          calls.set(event.callId, nextCall(before, event));
          return;
        }
        default:
          // Every event has its case: one that is forgotten is a compile error.
          event satisfies never;
      }
    },
  };
}

function waitingCall({ callId, agent, team = "" }: Omit<CallPlace, "role">): CallView {
  return { callId, agent, team, state: "waiting", attempts: [], durationMs: 0 };
}

/** A call that was open when whoever drove the run stopped: it waits to be asked again. */
function interrupted(call: CallView, stoppedAtMs: number): CallView {
  if (call.state !== "running" && call.state !== "retrying") return call;
  const open = call.attempts.at(-1)?.endedAtMs === null;
  return {
    ...call,
    state: "waiting",
    ...(open && { attempts: closeLast(call.attempts, stoppedAtMs, false) }),
  };
}

type CallEvent = Extract<
  RunEvent,
  {
    type:
      | "call.started"
      | "call.retried"
      | "call.requeued"
      | "call.succeeded"
      | "call.reused"
      | "call.failed"
      | "call.skipped";
  }
>;

function nextCall(call: CallView, event: CallEvent): CallView {
  switch (event.type) {
    case "call.started": {
      const attempt = { startedAtMs: event.atMs, endedAtMs: null, answered: false };
      const { toldBy: _over, ...rest } = call;
      return { ...rest, state: "running", attempts: [...call.attempts, attempt] };
    }
    case "call.retried":
    case "call.requeued":
      return {
        ...call,
        state: "retrying",
        error: event.error,
        ...(event.type === "call.requeued" && { toldBy: event.lane ?? "" }),
        attempts: closeLast(call.attempts, event.atMs, false),
      };
    case "call.succeeded":
    case "call.reused": {
      const { error: _overcome, ...rest } = call;
      return {
        ...rest,
        state: "ok",
        output: event.output,
        durationMs: event.durationMs,
        cost: event.cost,
        attempts: closeLast(call.attempts, event.atMs, true),
        ...(event.type === "call.reused" && { reusedFrom: event.from.runId }),
      };
    }
    case "call.failed":
      return {
        ...call,
        ...(event.stopped === true
          ? ({ state: "skipped", detail: event.error.message } as const)
          : ({ state: "failed", error: event.error } as const)),
        durationMs: event.durationMs,
        cost: event.cost,
        attempts: closeLast(call.attempts, event.atMs, false),
      };
    case "call.skipped":
      return { ...call, state: "skipped", detail: event.detail };
  }
}

function closeLast(
  attempts: readonly AttemptView[],
  endedAtMs: number,
  answered: boolean,
): readonly AttemptView[] {
  return attempts.map((attempt, index) =>
    index === attempts.length - 1 ? { ...attempt, endedAtMs, answered } : attempt,
  );
}
