import type { Cost, ModelCost, ReusedBy } from "./call.ts";
import type { CallPlace } from "./call-place.ts";
import type { ErrorRecord } from "./errors.ts";

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
 * What can happen to a call, without its position in the log.
 *
 * `used` is what one attempt used of each model. It is absent if `cost` and `model` (or the model of `call.started`) say the same.
 */
export type CallEventBody =
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
  /** An agent reported its usage in a form that cannot be read. At most once per attempt. */
  | (CallPlace & {
      readonly type: "report.refused";
      readonly attempt: number;
      /** What is wrong with the report, in words that follow "it". */
      readonly detail: string;
    });
