import { memberId, scopeOf, teamOf } from "../model/call-place.ts";
import type { Conflict } from "../model/conflict.ts";
import type { ForkOf, RunEvent, SupervisorLabel } from "../model/events.ts";
import type { Json } from "../model/json.ts";
import { NoticeFold } from "../model/notice-fold.ts";
import type { Notice } from "../model/notices.ts";
import type { Bill, Missing, OutcomeStatus } from "../model/outcome.ts";
import type { Verdict } from "../model/verdict.ts";
import { interruptedCall, newCall, nextCall, type CallView } from "./call-view.ts";

export type { CallView, CallViewState } from "./call-view.ts";

/** The run was resumed. `changed`: with another description of its supervisor. */
export interface Resumption {
  readonly atMs: number;
  readonly changed: boolean;
}

/** What a person decided, and when. */
export interface DecisionView {
  readonly team: string;
  readonly subject: string;
  readonly winner: Json;
  readonly why: string;
  readonly by?: string;
  /** Since when the run had waited for it, if its log has that. */
  readonly askedAtMs?: number;
  readonly atMs: number;
}

/** A team's finding: `team` is the call of a nested supervisor, with `~` and the attempt if it was repeated, `""` for the root. */
export interface Found<T> {
  readonly team: string;
  readonly it: T;
}

/** A run as its log shows it: everything that a report, a timeline or an explanation needs. */
export interface RunView {
  readonly runId: string;
  readonly supervisor: SupervisorLabel;
  /** Whose run it is, and its caller's labels. */
  readonly tenant?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly input: unknown;
  readonly mode: "parallel" | "sequence";
  readonly startedAtMs: number;
  /** The time of the last event. */
  readonly lastAtMs: number;
  /** `"interrupted"`: it has not ended and no process drives it, which its events alone do not show. */
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
  /** The questions for a person, while the run waits. */
  readonly open: readonly Found<Verdict>[];
  /** Since when it waits for that. */
  readonly waitingSinceMs?: number;
  readonly decisions: readonly DecisionView[];
  readonly missing: readonly Missing[];
  /** For a resumed run: the subjects that the team decided, because the log may have others from before. */
  readonly settled?: readonly string[];
  /** What the rest does not say by itself: the run's own team first. */
  readonly notices: readonly Notice[];
  readonly bill?: Bill;
  /** The gate's result, and the subjects whose winner does not pass; only if the team has a gate. */
  readonly gate?: Extract<RunEvent, { readonly type: "run.finished" }>["gate"] & {};
}

/** The view of a run without events. */
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
    decisions: [],
    missing: [],
    notices: [],
  };
}

/** A run's events, folded. Gives the same view for a finished run, an open one, and one that was killed. */
export function viewRun(runId: string, events: Iterable<RunEvent>): RunView {
  const fold = runFold(runId);
  for (const event of events) fold.add(event);
  return fold.view();
}

/** The same fold, one event at a time, for watching a run. */
export interface RunFold {
  add(event: RunEvent): void;
  /** The run so far. Its collections grow with the next events. */
  view(): RunView;
}

export function runFold(runId: string): RunFold {
  const calls = new Map<string, CallView>();
  const conflicts: Found<Conflict>[] = [];
  const verdicts: Found<Verdict>[] = [];
  const told = new NoticeFold();
  let run: RunView = { ...emptyRun(runId), calls, conflicts, verdicts };

  return {
    view: () => run,
    add(event) {
      const stoppedAtMs = run.lastAtMs;
      run = { ...run, lastAtMs: event.atMs };
      told.add(event);
      switch (event.type) {
        case "run.started":
          run = {
            ...run,
            supervisor: event.supervisor,
            ...(event.tenant !== undefined && { tenant: event.tenant }),
            ...(event.tags !== undefined && { tags: event.tags }),
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
            if (!calls.has(callId)) calls.set(callId, newCall(place));
          }
          return;
        case "conflict.found":
          conflicts.push({ team: scopeOf(event), it: event.conflict });
          return;
        case "verdict.reached":
          verdicts.push({ team: scopeOf(event), it: event.verdict });
          return;
        case "judge.instructed":
        case "panel.explored":
          return;
        case "notices.given":
          run = { ...run, notices: told.given() };
          return;
        case "run.finished":
          run = {
            ...run,
            status: event.status,
            missing: event.missing,
            bill: event.bill,
            ...(event.subjects !== undefined && { settled: event.subjects }),
            ...(event.gate !== undefined && { gate: event.gate }),
          };
          return;
        case "run.cancelled":
          run = { ...run, status: "cancelled", reason: event.reason };
          return;
        case "run.resumed": {
          const { reason: _overcome, waitingSinceMs: _decided, ...rest } = run;
          const { atMs, changed } = event;
          run = {
            ...rest,
            status: "running",
            open: [],
            resumed: [...run.resumed, { atMs, changed }],
          };
          for (const [callId, call] of calls) {
            calls.set(callId, interruptedCall(call, stoppedAtMs));
          }
          return;
        }
        case "run.waiting":
          run = {
            ...run,
            status: "waiting",
            waitingSinceMs: event.atMs,
            open: event.verdicts.map((open) => ({ team: scopeOf(open), it: open.verdict })),
          };
          return;
        case "person.decided": {
          const decider = scopeOf(event);
          const { subject, winner, why, by, atMs } = event;
          const decision: DecisionView = {
            team: decider,
            subject,
            winner,
            why,
            ...(by !== undefined && { by }),
            ...(run.waitingSinceMs !== undefined && { askedAtMs: run.waitingSinceMs }),
            atMs,
          };
          run = {
            ...run,
            open: run.open.filter(({ team, it }) => team !== decider || it.subject !== subject),
            decisions: [...run.decisions, decision],
          };
          return;
        }
        case "call.queued":
        case "call.started":
        case "call.checkpointed":
        case "call.retried":
        case "call.requeued":
        case "call.succeeded":
        case "call.reused":
        case "call.failed":
        case "call.skipped":
        case "call.escalated":
        case "call.late":
        case "call.abandoned":
        case "call.reported":
        case "budget.overran":
        case "report.refused":
          calls.set(event.callId, nextCall(calls.get(event.callId) ?? newCall(event), event));
          return;
        default:
          // Every event type has its case: a missing one is a compile error.
          event satisfies never;
      }
    },
  };
}
