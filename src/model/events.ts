import type { CallEventBody } from "./call-events.ts";
import type { CallPlace, TeamPlace } from "./call-place.ts";
import type { Conflict } from "./conflict.ts";
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
 * What can happen in a run, without its position in the log. `run.planned`, `panel.explored`, `conflict.found`, `verdict.reached`, `notices.given`, `judge.instructed` and `person.decided` have the
 * place of the team that they belong to, and every event of a call has the place of the call.
 */
export type EventBody =
  | CallEventBody
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
  /** The instructions that a resolver's user gave a judge; recorded before the resolver first asks it. */
  | (TeamPlace & {
      readonly type: "judge.instructed";
      readonly judge: string;
      readonly resolver: string;
      readonly instructions: string;
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
