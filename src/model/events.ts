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

/** Which supervisor a run belongs to. */
export interface SupervisorLabel {
  readonly name: string;
  readonly version?: string;
}

/** The run that another is a fork of, and the place of the agent that was asked anew. */
export interface ForkOf {
  readonly runId: string;
  readonly from?: string;
}

/**
 * Why a member was asked once more, by a further call: at the next tier for what its `escalateIf` says (`output`: its own
 * function of the output), its fallback since it had failed, or since others contradicted it and the chain wants a rerun.
 */
export type EscalationReason =
  | "schema-fail"
  | "output"
  | "conflict"
  | "low-margin"
  | "failed"
  | "rerun";

/** What an attempt waits for: slots of a supervisor, a limit that agents share, or money that others have reserved. */
export interface WaitsFor {
  readonly kind: "concurrency" | "limiter" | "budget";
  /** What it is called; of a budget with a scope, the scope. */
  readonly name: string;
}

/**
 * What can happen in a run, without its place in the log. `run.planned`, `panel.explored`, `conflict.found`, `verdict.reached`, `notices.given`, `judge.instructed` and `person.decided` have the
 * place of the team that they belong to, and every event of a call has that of the call.
 *
 * `used` is what one attempt used of each model. It is left out where `cost` and `model`, else that of `call.started`, say the same.
 */
export type EventBody =
  /** A task was accepted. Always the first event. */
  | {
      readonly type: "run.started";
      readonly supervisor: SupervisorLabel;
      /** Whose run it is, and what its caller wrote on it. */
      readonly tenant?: string;
      readonly tags?: Readonly<Record<string, string>>;
      /** Of a run that was left to others: those of a higher one are gone on with first. 0 where left out. */
      readonly priority?: number;
      /** Identifies the supervisor's description, in a store that runs are resumed from. */
      readonly definition?: string;
      readonly input: unknown;
      /** The task is not kept whole. */
      readonly redacted?: true;
      /**
       * Secrets are taken out of this run. `keyed`: what they were taken out of is hashed with a secret of the caller's, or of the
       * store; `unkeyed`: it has no hash, so that nothing of it is cached, joined or taken over by a fork.
       */
      readonly redact?: "keyed" | "unkeyed";
      /** Tells the whole task from others, where it is not kept whole and there is a secret to hash it with. */
      readonly inputHash?: string;
      /** The run whose answers it takes over where nothing has changed. */
      readonly forkOf?: ForkOf;
      /** The W3C trace context under which it is traced, where it is. */
      readonly traceparent?: string;
    }
  /** Somebody goes on with a run that had stopped. `changed`: with another description of its supervisor. */
  | {
      readonly type: "run.resumed";
      readonly fence: number;
      readonly changed: boolean;
      /** As of `run.started`, from here on. */
      readonly traceparent?: string;
    }
  /** Who will be asked, in the order of the team; frozen from here on. */
  | (TeamPlace & {
      readonly type: "run.planned";
      readonly mode: "parallel" | "sequence";
      readonly agents: readonly string[];
      /** What earlier runs taught of the agents, where the chain goes by it. */
      readonly learned?: LearnedBefore;
      /** In which order they are asked, and when that is enough; all are asked where it is left out. */
      readonly panel?: PlannedPanel;
    })
  /**
   * An attempt has to wait before it begins, and holds nothing meanwhile. The next event of its call says what became of that. It is
   * not recorded of a call that is collected into a batch.
   */
  | (CallPlace & {
      readonly type: "call.queued";
      readonly attempt: number;
      /** What it has to wait for first; what it has to wait for after that is not recorded. */
      readonly waitsFor: WaitsFor;
    })
  /** An attempt is about to be made: recorded before anything can be spent. */
  | (CallPlace & {
      readonly type: "call.started";
      readonly attempt: number;
      /** Identifies the call by its content, in a store that runs are resumed from. */
      readonly key?: string;
      readonly tier?: string;
      /** What the model is called, where that is known. */
      readonly model?: string;
      /** What is reserved for it, in micro-dollars; only under a budget. */
      readonly reserved?: number;
      /** Whatever it uses costs nothing: where nothing is said of that, it has used nothing. */
      readonly free?: true;
      /** How many calls of this and other runs are one request. */
      readonly batch?: number;
    })
  /** An attempt said how far it is: it is handed that back where it is made again since its process has died. */
  | (CallPlace & {
      readonly type: "call.checkpointed";
      readonly attempt: number;
      readonly value: unknown;
      /** The value is not kept whole, and is not handed back. */
      readonly redacted?: true;
    })
  /** What it calls told an attempt to come later: it queues again, and that is no repetition. */
  | (CallPlace & {
      readonly type: "call.requeued";
      readonly attempt: number;
      /** The limiter that was told; left out where none learns from it. */
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
  /** An attempt cost more than was reserved for it: no new one is begun under that budget. */
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
       * What its budgets were charged so far, in micro-dollars: the cost, or what was reserved where that is unknown, and also
       * for an attempt whose agent is still at work.
       */
      readonly charged?: number;
      /** Which model it named last, else the one that it was asked with. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
    })
  /** The answer of another call with the same key serves for this one. */
  | (CallPlace & {
      readonly type: "call.reused";
      readonly key: string;
      /** `fork`: of the run that this is one of; `cache`: kept from another run; `joined`: asked by another run just now. */
      readonly by: ReusedBy;
      /** Where that call stands. */
      readonly from: { readonly runId: string; readonly callId: string };
      readonly attempt: number;
      readonly durationMs: number;
      readonly output: unknown;
      /** The output is not kept whole: it serves for nothing but to be shown. */
      readonly redacted?: true;
      /** Of attempts of its own, made before the run stopped. */
      readonly cost: Cost;
      readonly charged?: number;
      /** Which model it named last. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** What that call cost: this is saved. */
      readonly saved: Cost;
      /** Of a nested supervisor: how many calls of agents there were in it. */
      readonly calls?: number;
    })
  | (CallPlace & {
      readonly type: "call.succeeded";
      readonly attempt: number;
      readonly durationMs: number;
      readonly output: unknown;
      /** The output is not kept whole: on a resume the call is in doubt. */
      readonly redacted?: true;
      readonly cost: Cost;
      readonly charged?: number;
      /** Which model it named last. */
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** What its tokens would have cost at the dearest tier, in micro-dollars. */
      readonly dearestMicros?: number;
    })
  /** The last attempt failed. */
  | (CallPlace & {
      readonly type: "call.failed";
      /** 0 where nobody was asked: a limiter or a budget refused it, or another call's failure is its own. */
      readonly attempt: number;
      /** Identifies the call by its content, where no attempt began that says it. */
      readonly key?: string;
      readonly durationMs: number;
      readonly error: ErrorRecord;
      readonly cost: Cost;
      readonly charged?: number;
      readonly model?: string;
      readonly used?: readonly ModelCost[];
      /** By an earlier version only: it was told to stop, since its answer could not change a verdict any more. */
      readonly stopped?: true;
    })
  /** An agent's answer, or that it has none, was not left at that. */
  | (CallPlace & {
      readonly type: "call.escalated";
      readonly why: EscalationReason;
      /** The further call that is made for it; without it the answer stands, and `detail` says why. */
      readonly next?: string;
      readonly detail?: string;
    })
  /** An agent of the plan was not asked. */
  | (CallPlace & {
      readonly type: "call.skipped";
      /** `early-stop` by an earlier version only. */
      readonly reason: "need-failed" | "required-failed" | "panel" | "early-stop";
      readonly detail: string;
      /** Whom a panel did not ask costs nothing. */
      readonly free?: true;
    })
  /**
   * An attempt that had been given up, or was cancelled with its run or team, settled after all, within the run; its answer is
   * not counted.
   */
  | (CallPlace & {
      readonly type: "call.late";
      readonly attempt: number;
      readonly settled: "answered" | "failed";
      readonly durationMs: number;
      /** What the agent has reported since it was given up; of a cancelled one all that it reported. */
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      /** What its call's budgets were charged so far, now that this attempt is over. */
      readonly charged?: number;
    })
  /** An attempt that had been given up or cancelled did not stop within the grace time; its slot is free again. */
  | (CallPlace & {
      readonly type: "call.abandoned";
      readonly attempt: number;
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      /** As above: it is charged in full, as it may still be at work. */
      readonly charged?: number;
    })
  /** The agent of an attempt that was over reported more of what it used. */
  | (CallPlace & {
      readonly type: "call.reported";
      readonly attempt: number;
      readonly cost?: Cost;
      readonly used?: readonly ModelCost[];
      readonly charged?: number;
    })
  /** What a resolver's user told a judge to go by: before the resolver first asks it. */
  | (TeamPlace & {
      readonly type: "judge.instructed";
      readonly judge: string;
      readonly resolver: string;
      readonly instructions: string;
    })
  /** An agent reported what it used in a form that nobody can read. Once of an attempt. */
  | (CallPlace & {
      readonly type: "report.refused";
      readonly attempt: number;
      /** What is wrong with it, in words that follow "it". */
      readonly detail: string;
    })
  /** Everybody was asked, to learn from, in a run whose panel explores: the calls of those members whom it would not have asked. */
  | (TeamPlace & { readonly type: "panel.explored"; readonly calls: readonly string[] })
  | (TeamPlace & { readonly type: "conflict.found"; readonly conflict: Conflict })
  | (TeamPlace & {
      readonly type: "verdict.reached";
      readonly verdict: Verdict;
      /** Positions are not kept as they are: nothing can be learned of who held which. */
      readonly redacted?: true;
    })
  /** What the outcome of a team does not say by itself. What was said last of a team counts; an empty list takes back what was. */
  | (TeamPlace & { readonly type: "notices.given"; readonly notices: readonly Notice[] })
  /** A person is asked, and nothing goes on until somebody has decided: the run sleeps. */
  | {
      readonly type: "run.waiting";
      readonly verdicts: readonly (TeamPlace & { readonly verdict: Verdict })[];
    }
  /** A person decided about a subject that the run waits for. */
  | (TeamPlace & {
      readonly type: "person.decided";
      readonly subject: string;
      /** Which of the last `run.waiting`'s questions, and which of its positions: both from 0. */
      readonly question?: number;
      readonly index?: number;
      /** The position as it stands there. */
      readonly winner: Json;
      readonly why: string;
      readonly by?: string;
    })
  /** The run ended with an outcome. Always the last event. */
  | {
      readonly type: "run.finished";
      readonly status: OutcomeStatus;
      /** Of a run that was resumed: the subjects of its verdicts, as others may stand in the log from before. */
      readonly subjects?: readonly string[];
      /** The agents of which more than one call was made, and those that their results are made of, in their order. */
      readonly further?: readonly { readonly agent: string; readonly calls: readonly string[] }[];
      /** What the team's gate says, and about which subjects the winner does not pass; only where it has a gate. */
      readonly gate?: {
        readonly passed: boolean | null;
        readonly against: readonly string[];
        /** Why nobody can tell, as `{ subject: "task", why: "is tied" }`; the subject is `""` where it is about none. At most 5. */
        readonly unclear?: readonly { readonly subject: string; readonly why: string }[];
      };
      readonly missing: readonly Missing[];
      readonly bill: Bill;
    }
  /** The run ended without an outcome: its caller cancelled it, or its route failed. Always the last event. */
  | {
      readonly type: "run.cancelled";
      readonly reason: string;
      /** Somebody asked for that by the run's id (`cancel`). */
      readonly requested?: true;
    };

/** One line of a run's log. `seq` counts from 1 without a gap. */
export type RunEvent = EventBody & {
  readonly runId: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

/** What an agent emits while it works. Live only: it has no place in the log and is dropped when nobody reads. */
export interface ProgressEvent extends CallPlace {
  readonly type: "call.progress";
  readonly runId: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly value: unknown;
}

/** What a stream yields. */
export type LiveEvent = RunEvent | ProgressEvent;
