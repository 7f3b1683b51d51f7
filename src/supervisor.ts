import { nameIn } from "./check/name.ts";
import { workerBrand, checkNeeds, type Worker, type Workers } from "./describe/worker.ts";
import { systemClock } from "./async/clock.ts";
import type { CancelAnswer } from "./log/cancel-run.ts";
import type { HumanDecision } from "./log/chosen-position.ts";
import type { Json } from "./model/json.ts";
import type { Outcome } from "./model/outcome.ts";
import { memory, type Backend, type TakingAttempts } from "./team/backend.ts";
import { planTask } from "./forecast/plan-task.ts";
import type { NameOf, OutcomeOf, ResultsOf, TaskOf, TeamPosition, WinnerOf } from "./team/infer.ts";
import type { TeamAnswer } from "./team/coordinate/nested.ts";
import { SUPERVISOR, type SupervisorOptions } from "./team/options.ts";
import { type ForkOptions, type ResumeOptions, type RunOptions } from "./team/run-options.ts";
import { runMany, type ManyOptions, type TaskOutcome } from "./run/many/run-many.ts";
import { beginRun, decideRun, forkRun, requestCancel, resumeRun } from "./run/begin.ts";
import { enqueue, type Enqueued, type EnqueueOptions } from "./run/enqueue.ts";
import { keepResuming, type KeptResuming } from "./run/resume/keep-resuming.ts";
import {
  resumeAll,
  type KeepResumingOptions,
  type ResumeAllOptions,
  type ResumedRun,
} from "./run/resume/resume-all.ts";
import { makeRoot } from "./run/make-root.ts";
import { placesElsewhere } from "./team/elsewhere.ts";
import { takeAttempts, type TakeAttemptsOptions } from "./run/resume/take-attempts.ts";
import { streamRun, type RunStream } from "./run/stream.ts";
import type { PlanOptions, TaskPlan } from "./forecast/task-plan.ts";
import { makeTeam } from "./team/make-team.ts";
import { teamBrand, teamOf, type TeamBrand } from "./team/team.ts";

export { hasSecrets } from "./run/secrecy.ts";

/** A team of agents that takes tasks. It is also a worker, so teams can be nested. */
export interface Supervisor<
  Agents extends Workers = Workers,
  Task = never,
  Answer = unknown,
  Name extends string = string,
  Winner extends Json = WinnerOf<Agents>,
  Position = TeamPosition<Answer, Winner>,
>
  extends Worker<Name, Task, Answer, Position>, TeamBrand {
  readonly agents: Agents;
  readonly backend: Backend;
  /** The places of its agents, including those of nested teams, that run elsewhere if the backend reaches other processes. */
  readonly elsewhere: readonly string[];
  /**
   * Gives a task to the team and resolves when it is settled, whatever the agents did. Rejects with `INPUT_INVALID`,
   * `BAD_ROUTE` or `BAD_OPTIONS` before any agent is asked; with the reason of `signal`, once every agent that was asked has
   * stopped or has had its `graceMs`; and with `STORE_FAILED`.
   */
  readonly run: (
    task: Task,
    options?: RunOptions<NameOf<Agents>>,
  ) => Promise<Outcome<ResultsOf<Agents>, Winner>>;
  /** Like `run`, and shows every event once it is kept. Leaving the loop early cancels the run. */
  readonly stream: (
    task: Task,
    options?: RunOptions<NameOf<Agents>>,
  ) => RunStream<ResultsOf<Agents>, Winner>;
  /**
   * Leaves a task to other processes: begins a run, asks no agent, and resolves once the run is kept. A process that resumes the team's runs
   * (`keepResuming`, `quorate worker`) carries it out. If the `runId` exists with the same task, nothing is done. Rejects as
   * `run` does before any agent is asked, with `RUN_ID_TAKEN`, and with `NOT_RESUMABLE` if the store does not keep what a resume needs or
   * `redact` takes something out of the task.
   */
  readonly enqueue: (task: Task, options?: EnqueueOptions<NameOf<Agents>>) => Promise<Enqueued>;
  /**
   * Continues a run where its log ends: no agent that has answered is asked again; `reuse` of the outcome counts both. The outcome of a
   * finished run is read from the log. Rejects as `run` does, and with `RUN_NOT_FOUND`, `RUN_OWNED` while
   * another process drives it, `RUN_ID_TAKEN` for a run of another supervisor, `NOT_RESUMABLE`, and `LEASE_LOST`.
   */
  readonly resume: (
    runId: string,
    options?: ResumeOptions,
  ) => Promise<Outcome<ResultsOf<Agents>, Winner>>;
  /** Like `resume`, and shows every event of the run, including the earlier ones. */
  readonly resumeStream: (
    runId: string,
    options?: ResumeOptions,
  ) => RunStream<ResultsOf<Agents>, Winner>;
  /**
   * Resumes all of its runs that no process drives and that can continue, the oldest first: interrupted runs, runs about which a person has
   * decided, and runs whose waiting time is over. Resolves when each has an outcome or has been refused;
   * a run that another process takes in the meantime is left out. Rejects with `NOT_RESUMABLE` and `STORE_FAILED`.
   */
  readonly resumeAll: (
    options?: ResumeAllOptions,
  ) => Promise<readonly ResumedRun<ResultsOf<Agents>, Winner>[]>;
  /**
   * Like `resumeAll`, now and from then on, until it is closed: also runs that another process leaves behind, and waiting runs when their
   * time is over. Keeps the process alive. Throws `NOT_RESUMABLE` and `BAD_OPTIONS`; if the store fails, it warns and looks again.
   */
  readonly keepResuming: (options?: KeepResumingOptions) => KeptResuming;
  /**
   * Carries out attempts of agents that the team has `elsewhere`, for runs that other processes drive, until it is closed.
   * Keeps the process alive. Throws `BAD_OPTIONS` for an agent that the team does not have, and for a backend that reaches no other process.
   */
  readonly takeAttempts: (options: TakeAttemptsOptions) => TakingAttempts;
  /**
   * A new run based on another one: with another task, with agents that have changed since, or with the agent at `from` asked
   * again. Answers of calls with the same content are taken over and cost nothing. Rejects as `resume` does.
   */
  readonly fork: (
    runId: string,
    options?: ForkOptions<Task, NameOf<Agents>>,
  ) => Promise<Outcome<ResultsOf<Agents>, Winner>>;
  /** Like `fork`, and shows every event. */
  readonly forkStream: (
    runId: string,
    options?: ForkOptions<Task, NameOf<Agents>>,
  ) => RunStream<ResultsOf<Agents>, Winner>;
  /**
   * Records what a person decided about a subject for which the run waits, without what `redact` takes out, and continues
   * the run. If `redact` has paths, a process that did not drive the run keeps neither `why` nor `by`. Rejects as `resume` does, with
   * `ALREADY_DECIDED` if a person has decided about that subject, `NO_SUCH_POSITION` if nobody holds that position, and `BAD_OPTIONS` if
   * the run does not wait for that subject or two positions look like it.
   */
  readonly decide: (
    runId: string,
    decision: HumanDecision,
    options?: ResumeOptions,
  ) => Promise<Outcome<ResultsOf<Agents>, Winner>>;
  /** Like `decide`, and shows every event of the run, including the earlier ones. */
  readonly decideStream: (
    runId: string,
    decision: HumanDecision,
    options?: ResumeOptions,
  ) => RunStream<ResultsOf<Agents>, Winner>;
  /**
   * Requests that a run of this team is cancelled, whichever process drives it; see `cancel`. Rejects with `RUN_NOT_FOUND`, and with
   * `RUN_ID_TAKEN` for a run of another supervisor.
   */
  readonly cancel: (runId: string, reason?: string) => Promise<CancelAnswer>;
  /**
   * What a task would cost: which agents would be asked, whose answers are kept, expected and worst cost and time. Asks no agent, and keeps
   * nothing. Rejects as `run` does before any agent is asked.
   */
  readonly plan: (task: Task, options?: PlanOptions<NameOf<Agents>>) => Promise<TaskPlan>;
  /** One run per task, a few at once, in the order of the tasks. A task that came before shares its run, and says so. */
  readonly runMany: (
    tasks: Iterable<Task> | AsyncIterable<Task>,
    options?: ManyOptions<NameOf<Agents>, Task>,
  ) => AsyncGenerator<TaskOutcome<ResultsOf<Agents>, Winner>, void, undefined>;
}

/**
 * Makes a supervisor of a team. The defaults: all agents at once (`mode: "parallel"`), at most 8 attempts in flight over all
 * of its runs, 30 s per attempt, 1 retry, conflicts settled by `DEFAULT_CHAIN`, events kept in memory.
 *
 * Throws `BAD_OPTIONS` for a description that cannot work: an unknown agent, needs that form a circle.
 */
export function supervisor<
  const Name extends string,
  const Agents extends Workers,
  Mapped extends keyof Agents = never,
  Answer = TeamAnswer,
>(
  options: SupervisorOptions<Agents, Mapped, Answer, Name>,
): Supervisor<Agents, TaskOf<Agents, Mapped>, Answer, Name> {
  const name = nameIn<Name>(options, "supervisor", "describe it: supervisor({ name, agents })");
  const described = SUPERVISOR.of(options, `supervisor "${name}"`);
  const { clock = systemClock, onEvent, onWaiting, tracing } = described;
  const { backend = memory({ clock }) } = described;
  const team = makeTeam(described);
  const root = makeRoot({
    team,
    backend,
    clock,
    ...(onEvent !== undefined && { onEvent }),
    ...(onWaiting !== undefined && { onWaiting }),
    ...(tracing !== undefined && { tracing }),
  });

  const supervised: Supervisor<Agents, TaskOf<Agents, Mapped>, Answer, Name> = {
    ...workerBrand(),
    ...teamBrand(team),
    name,
    version: described.version,
    description: described.description,
    needs: checkNeeds(described.needs, team.where),
    agents: described.agents as Agents,
    backend,
    elsewhere: placesElsewhere(team),
    run: (task, runOptions = {}) =>
      beginRun(root, task, runOptions).outcome as Promise<OutcomeOf<Agents>>,
    stream: (task, runOptions = {}) =>
      streamRun((watch) => beginRun(root, task, runOptions, watch)),
    enqueue: (task, enqueueOptions = {}) => enqueue(root, task, enqueueOptions),
    resume: (runId, resumeOptions = {}) =>
      resumeRun(root, runId, resumeOptions).outcome as Promise<OutcomeOf<Agents>>,
    resumeStream: (runId, resumeOptions = {}) =>
      streamRun((watch) => resumeRun(root, runId, resumeOptions, watch)),
    resumeAll: (allOptions = {}) => resumeAll(root, allOptions),
    keepResuming: (keepOptions = {}) => keepResuming(root, keepOptions),
    takeAttempts: (takeOptions) => takeAttempts(root, takeOptions),
    fork: (runId, fork = {}) => forkRun(root, runId, fork).outcome as Promise<OutcomeOf<Agents>>,
    forkStream: (runId, fork = {}) => streamRun((watch) => forkRun(root, runId, fork, watch)),
    decide: (runId, decision, resumeOptions = {}) =>
      decideRun(root, runId, decision, resumeOptions).outcome as Promise<OutcomeOf<Agents>>,
    decideStream: (runId, decision, resumeOptions = {}) =>
      streamRun((watch) => decideRun(root, runId, decision, resumeOptions, watch)),
    cancel: (runId, reason) => requestCancel(root, runId, reason),
    plan: (task, planOptions = {}) => planTask(root, task, planOptions),
    runMany: (tasks, runOptions = {}) => runMany(root, tasks, runOptions),
  };
  return Object.freeze(supervised);
}

/** Whether a value is a supervisor; also one of another copy of this package. */
export function isSupervisor(value: unknown): value is Supervisor {
  return teamOf(value) !== undefined;
}
