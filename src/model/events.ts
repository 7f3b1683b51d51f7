import type { Cost, ModelCost, ReusedBy } from "./call.ts";
import type { CallPlace, TeamPlace } from "./call-place.ts";
import type { Conflict } from "./conflict.ts";
import type { ErrorRecord } from "./errors.ts";
import type { Json } from "./json.ts";
import type { Notice } from "./notices.ts";
import type { Bill, Missing, OutcomeStatus } from "./outcome.ts";
import type { PlannedPanel } from "./planned-panel.ts";
import type { LearnedBefore } from "./reliability.ts";
import type { Verdict } from "./verdict.ts";

/** The supervisor that a run belongs to. */
export interface SupervisorLabel {
  readonly name: string;
  readonly version?: string;
}

/** The run from which a fork was made, and the place of the agent that was asked again. */
export interface ForkOf {
  readonly runId: string;
  readonly from?: string;
}

/**
 * Why a further call was made for a member: at the next tier because of its `escalateIf` (`output`: its own
 * function of the output), its fallback because it had failed, or a rerun because others contradicted it.
 */
export type EscalationReason =
  | "schema-fail"
  | "output"
  | "conflict"
  | "low-margin"
  | "failed"
  | "rerun";

/** What an attempt waits for: slots of a supervisor, a limit that agents share, or money that other attempts have reserved. */
export interface WaitsFor {
  readonly kind: "concurrency" | "limiter" | "budget";
  /** Its name; for a budget with a scope, the scope. */
  readonly name: string;
}

/**
 * What can happen in a run, without its position in the log. `run.planned`, `panel.explored`, `conflict.found`, `verdict.reached`, `notices.given`, `judge.instructed` and `person.decided` have the
 * place of the team that they belong to, and every event of a call has the place of the call.
 *
 * `used` is what one attempt used of each model. It is absent if `cost` and `model` (or the model of `call.started`) say the same.
 */
export type EventBody =
  /** A task was accepted. Always the first event. */
  | {
      readonly type: "run.started";
      readonly supervisor: SupervisorLabel;
      /** Whose run it is, and the labels from its caller. */
      readonly tenant?: string;
      readonly tags?: Readonly<Record<string, string>>;
      /** For an enqueued run: runs of a higher priority are resumed first. 0 if absent. */
      readonly priority?: number;
      /** Identifies the supervisor's description, in a store from which runs are resumed. */
      readonly definition?: string;
      readonly input: unknown;
      /** The task is not kept whole. */
      readonly redacted?: true;
      /**
       * Secrets are taken out of this run. `keyed`: the content that had them is hashed with a secret of the caller or of the
       * store; `unkeyed`: it has no hash, so it is not cached, joined or taken over by a fork.
       */
      readonly redact?: "keyed" | "unkeyed";
      /** Identifies the whole task, if it is not kept whole and there is a secret to hash it with. */
      readonly inputHash?: string;
      /** The run whose answers it takes over if nothing has changed. */
      readonly forkOf?: ForkOf;
      /** The W3C trace context under which it is traced, if it is. */
      readonly traceparent?: string;
    }
  /** A process resumed a run that had stopped. `changed`: with another description of its supervisor. */
  | {
      readonly type: "run.resumed";
      readonly fence: number;
      readonly changed: boolean;
      /** As in `run.started`, from here on. */
      readonly traceparent?: string;
    }
  /** The agents that will be asked, in the order of the team; fixed from here on. */
  | (TeamPlace & {
      readonly type: "run.planned";
      readonly mode: "parallel" | "sequence";
      readonly agents: readonly string[];
      /** What earlier runs taught about the agents, if the chain uses it. */
      readonly learned?: LearnedBefore;
      /** In which order they are asked, and when their answers are enough; without it all are asked. */
      readonly panel?: PlannedPanel;
    })
  /**
   * An attempt has to wait before it begins, and holds nothing in the meantime. The next event of its call says how that ended. Not
   * recorded for a call that is collected into a batch.
   */
  | (CallPlace & {
      readonly type: "call.queued";
      readonly attempt: number;
      /** What it has to wait for first; later waits are not recorded. */
      readonly waitsFor: WaitsFor;
    })
  /** An attempt is about to be made: recorded before anything can be spent. */
  | (CallPlace & {
      readonly type: "call.started";
      readonly attempt: number;
      /** Identifies the call by its content, in a store from which runs are resumed. */
      readonly key?: string;
      readonly tier?: string;
      /** The name of the model, if it is known. */
      readonly model?: string;
      /** What is reserved for it, in micro-dollars; only under a budget. */
      readonly reserved?: number;
      /** Whatever it uses costs nothing: if nothing is reported, it has used nothing. */
      readonly free?: true;
      /** How many calls of this and other runs are one request. */
      readonly batch?: number;
    })
  /** An attempt recorded its progress. It gets the value back if it is made again because its process has died. */
  | (CallPlace & {
      readonly type: "call.checkpointed";
      readonly attempt: number;
      readonly value: unknown;
      /** The value is not kept whole, and is not given back. */
      readonly redacted?: true;
    })
  /** An attempt was rate-limited: it queues again, which does not count as a retry. */
  | (CallPlace & {
      readonly type: "call.requeued";
      readonly attempt: number;
      /** The limiter that learns from it; absent if none does. */
      readonly limiter?: string;
      readonly error: ErrorRecord;
      readonly waitMs: number;
      /** Of all attempts so far. */
      readonly cost: Cost;
      readonly charged?: number;
      /** Which model it named last. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
    })
  /** An attempt cost more than was reserved for it: no new attempt begins under that budget. */
  | (CallPlace & {
      readonly type: "budget.overran";
      readonly attempt: number;
      readonly reserved: number;
      readonly cost: Cost;
    })
  /** An attempt failed and another follows after `waitMs`. */
  | (CallPlace & {
      readonly type: "call.retried";
      readonly attempt: number;
      readonly error: ErrorRecord;
      readonly waitMs: number;
      /** Of all attempts so far. */
      readonly cost: Cost;
      /**
       * What its budgets have been charged so far, in micro-dollars: the cost, or the reservation if the cost is unknown, even
       * for an attempt whose agent is still at work.
       */
      readonly charged?: number;
      /** The model that it named last, else the one that it was asked with. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
    })
  /** The answer of another call with the same key is used for this one. */
  | (CallPlace & {
      readonly type: "call.reused";
      readonly key: string;
      /** `fork`: from the run that this is a fork of; `cache`: kept from another run; `joined`: from a call of another run at the same time. */
      readonly by: ReusedBy;
      /** Where that call stands. */
      readonly from: { readonly runId: string; readonly callId: string };
      readonly attempt: number;
      readonly durationMs: number;
      readonly output: unknown;
      /** The output is not kept whole: it can be shown, but not used again. */
      readonly redacted?: true;
      /** The cost of this call's own attempts, made before the run stopped. */
      readonly cost: Cost;
      readonly charged?: number;
      /** Which model it named last. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** What that call cost, which is saved. */
      readonly saved: Cost;
      /** For a nested supervisor: how many calls of agents it made. */
      readonly calls?: number;
    })
  | (CallPlace & {
      readonly type: "call.succeeded";
      readonly attempt: number;
      readonly durationMs: number;
      readonly output: unknown;
      /** The output is not kept whole: on a resume, the call is in doubt. */
      readonly redacted?: true;
      readonly cost: Cost;
      readonly charged?: number;
      /** Which model it named last. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** What its tokens would have cost at the most expensive tier, in micro-dollars. */
      readonly dearestMicros?: number;
    })
  /** The last attempt failed. */
  | (CallPlace & {
      readonly type: "call.failed";
      /** 0 if no agent was asked: a limiter or a budget refused it, or it shares the failure of another call. */
      readonly attempt: number;
      /** Identifies the call by its content, if no attempt began that has it. */
      readonly key?: string;
      readonly durationMs: number;
      readonly error: ErrorRecord;
      readonly cost: Cost;
      readonly charged?: number;
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** Only by an earlier version: it was stopped because its answer could no longer change a verdict. */
      readonly stopped?: true;
    })
  /** An agent's answer or failure was not final. */
  | (CallPlace & {
      readonly type: "call.escalated";
      readonly why: EscalationReason;
      /** The further call that is made for it. Without it the answer stands, and `detail` says why. */
      readonly next?: string;
      readonly detail?: string;
    })
  /** An agent of the plan was not asked. */
  | (CallPlace & {
      readonly type: "call.skipped";
      /** `early-stop` only by an earlier version. */
      readonly reason: "need-failed" | "required-failed" | "panel" | "early-stop";
      readonly detail: string;
      /** The panel did not ask it, and asking it would have cost nothing. */
      readonly free?: true;
    })
  /**
   * An attempt that had been given up, or was cancelled with its run or team, settled after all, within the run; its answer does
   * not count.
   */
  | (CallPlace & {
      readonly type: "call.late";
      readonly attempt: number;
      readonly settled: "answered" | "failed";
      readonly durationMs: number;
      /** What the agent has reported since it was given up; for a cancelled attempt, everything that it reported. */
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      /** What its call's budgets have been charged so far, now that this attempt is over. */
      readonly charged?: number;
    })
  /** An attempt that had been given up or cancelled did not stop within the grace time; its slot is free again. */
  | (CallPlace & {
      readonly type: "call.abandoned";
      readonly attempt: number;
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      /** As above: it is charged in full, because it may still be at work. */
      readonly charged?: number;
    })
  /** The agent reported more usage after its attempt was over. */
  | (CallPlace & {
      readonly type: "call.reported";
      readonly attempt: number;
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      readonly charged?: number;
    })
  /** The instructions that a resolver's user gave a judge; recorded before the resolver first asks it. */
  | (TeamPlace & {
      readonly type: "judge.instructed";
      readonly judge: string;
      readonly resolver: string;
      readonly instructions: string;
    })
  /** An agent reported its usage in a form that cannot be read. At most once per attempt. */
  | (CallPlace & {
      readonly type: "report.refused";
      readonly attempt: number;
      /** What is wrong with the report, in words that follow "it". */
      readonly detail: string;
    })
  /** All agents were asked, to learn from them, in a run whose panel explores. `calls` are those of members that it would not have asked. */
  | (TeamPlace & { readonly type: "panel.explored"; readonly calls: readonly string[] })
  | (TeamPlace & { readonly type: "conflict.found"; readonly conflict: Conflict })
  | (TeamPlace & {
      readonly type: "verdict.reached";
      readonly verdict: Verdict;
      /** Positions are not kept as they are: nothing can be learned about who held which. */
      readonly redacted?: true;
    })
  /** What the outcome of a team does not say by itself. The last event about a team counts; an empty list withdraws the earlier ones. */
  | (TeamPlace & { readonly type: "notices.given"; readonly notices: readonly Notice[] })
  /** A person is asked, and nothing continues until a decision: the run needs no process. */
  | {
      readonly type: "run.waiting";
      readonly verdicts: readonly (TeamPlace & { readonly verdict: Verdict })[];
    }
  /** A person decided about a subject for which the run waits. */
  | (TeamPlace & {
      readonly type: "person.decided";
      readonly subject: string;
      /** The index of the question in the last `run.waiting`, and of the position in it: both from 0. */
      readonly question?: number;
      readonly index?: number;
      /** The position as it is in that event. */
      readonly winner: Json;
      readonly why: string;
      readonly by?: string;
    })
  /** The run ended with an outcome. Always the last event. */
  | {
      readonly type: "run.finished";
      readonly status: OutcomeStatus;
      /** For a resumed run: the subjects of its verdicts, because the log may have other verdicts from before. */
      readonly subjects?: readonly string[];
      /** The agents for which several calls were made, and the calls that their results are made of, in their order. */
      readonly further?: readonly { readonly agent: string; readonly calls: readonly string[] }[];
      /** The gate's result, and the subjects whose winner does not pass; only if the team has a gate. */
      readonly gate?: {
        readonly passed: boolean | null;
        readonly against: readonly string[];
        /** Why it is undecided, as `{ subject: "task", why: "is tied" }`; the subject is `""` if it is about none. At most 5. */
        readonly unclear?: readonly { readonly subject: string; readonly why: string }[];
      };
      readonly missing: readonly Missing[];
      readonly bill: Bill;
    }
  /** The run ended without an outcome: its caller cancelled it, or its route failed. Always the last event. */
  | {
      readonly type: "run.cancelled";
      readonly reason: string;
      /** The cancellation was requested by the run's id (`cancel`). */
      readonly requested?: true;
    };

/** One line of a run's log. `seq` counts from 1 without a gap. */
export type RunEvent = EventBody & {
  readonly runId: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

/** What an agent emits while it works. Live only: it is not in the log, and is dropped if nobody reads. */
export interface ProgressEvent extends CallPlace {
  readonly type: "call.progress";
  readonly runId: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly value: unknown;
}

/** What a stream yields. */
export type LiveEvent = RunEvent | ProgressEvent;
