export { agent } from "./describe/agent.ts";
export { isWorker } from "./describe/worker.ts";
export type { Agent, AgentContext, AgentOptions, InDoubt, UpstreamOf } from "./describe/agent.ts";
export type { InputOf, OutputOf, PositionOf, Worker, Workers } from "./describe/worker.ts";
export { systemClock } from "./async/clock.ts";
export type { Clock } from "./async/clock.ts";
export type {
  AgentResult,
  Answered,
  CallRequest,
  Cost,
  Failed,
  OtherSide,
  ReusedBy,
  Skipped,
  UpstreamResult,
  KnownCost,
  ModelCost,
  TokenParts,
  Usage,
  Waiting,
} from "./model/call.ts";
export type { CallPlace, CallRole, TeamPlace, Via } from "./model/call-place.ts";
export { QuorateError } from "./model/errors.ts";
export type { ErrorCode, ErrorRecord, Issue } from "./model/errors.ts";
export type { CallEventBody, EscalationReason, WaitsFor } from "./model/call-events.ts";
export type {
  EventBody,
  ForkOf,
  LiveEvent,
  ProgressEvent,
  RunEvent,
  SupervisorLabel,
} from "./model/events.ts";
export type { Json } from "./model/json.ts";
export type { Notice, NoticeCode, NoticeLevel } from "./model/notices.ts";
export type {
  Amount,
  Bill,
  BillLine,
  Missing,
  Outcome,
  OutcomeStatus,
  Reuse,
  Saved,
  TotalSpent,
  Wasted,
} from "./model/outcome.ts";
export type { Schema } from "./check/schema.ts";

export { supervisor, isSupervisor } from "./supervisor.ts";
export type { Supervisor } from "./supervisor.ts";
export type { SupervisorOptions } from "./team/options.ts";
export type { ForkOptions, Mode, ResumeOptions, RunOptions } from "./team/run-options.ts";
export type { Route, RouteContext } from "./describe/route.ts";
export type { PanelOptions, TeamPanel } from "./team/panel-options.ts";
export type { PanelUntil, PlannedPanel } from "./model/planned-panel.ts";
export type { PanelOrder } from "./panel/order.ts";
export type {
  ForecastPanel,
  PanelCount,
  Estimate,
  PlanGap,
  PlannedAgent,
  PlannedBudget,
  PlanOptions,
  TaskPlan,
} from "./forecast/task-plan.ts";
export type { NameOf, OutcomeOf, ResultsOf, TaskOf, WinnerOf } from "./team/infer.ts";
export type { TeamAnswer } from "./team/coordinate/nested.ts";
export type { ManyOptions, TaskOutcome } from "./run/many/run-many.ts";
export type { RunStream } from "./run/stream.ts";
export type { Enqueued, EnqueueOptions } from "./run/enqueue.ts";
export type { KeptResuming } from "./run/resume/keep-resuming.ts";
export type { KeepResumingOptions, ResumeAllOptions, ResumedRun } from "./run/resume/resume-all.ts";
export type { ThrownByAgent } from "./call/tell-thrown.ts";
export type { RunTracing, TracedAttempt, TracedRun, Tracing } from "./call/tracing.ts";
export type { WaitingRun } from "./team/waiting-run.ts";

export { addBills } from "./money/add-bills.ts";
export { billOf } from "./money/bill.ts";
export { budgets } from "./limits/budgets.ts";
export type { Budgets, ScopedBudget } from "./limits/budgets.ts";
export type { BudgetState } from "./limits/scope/shared-budget.ts";
export type { Budget } from "./money/budget.ts";
export type { CostBound, MaxCost } from "./money/bound.ts";
export type { Price, Prices } from "./money/price.ts";
export { limiters } from "./limits/named-limiters.ts";
export type { LimiterOptions, LimitersOf } from "./limits/limiter-options.ts";
export type { LimiterState } from "./limits/rate-limit.ts";
export type { BreakerOptions } from "./limits/breaker.ts";
export type { AskedAt, EscalateIf, ModelOption, Tiers } from "./describe/tier.ts";
export type { CacheOptions, RunCache } from "./describe/cache.ts";
export type { BatchContext, BatchOptions } from "./describe/batch.ts";

export { DEFAULT_LIMITS } from "./describe/limits.ts";
export type { CallLimits, Limits } from "./describe/limits.ts";
export type { Backoff } from "./retry/backoff.ts";

export { deadRuns, retry } from "./run/resume/tries.ts";
export { cancel } from "./log/cancel-run.ts";
export type { CancelAnswer } from "./log/cancel-run.ts";
export { decide } from "./log/decision.ts";
export type { DecisionKept } from "./log/decision.ts";
export type { HumanDecision } from "./log/chosen-position.ts";
export { openQuestions } from "./log/questions.ts";
export type { OpenQuestion } from "./log/questions.ts";
export { embeddedExecutor } from "./executor/embedded.ts";
export type {
  AgentRegistry,
  Attempt,
  AttemptEvent,
  AttemptRequest,
  BatchAttempt,
  Executor,
  ExecutorFactory,
} from "./executor/executor.ts";

export type { Redact, RedactedKind } from "./log/redact.ts";
export { memory } from "./team/backend.ts";
export type {
  Backend,
  MemoryBackend,
  TakeAttempts,
  TakenAttempt,
  TakingAttempts,
} from "./team/backend.ts";
export type { TakeAttemptsOptions } from "./run/resume/take-attempts.ts";
export { lane, memoryStore } from "./team/retired.ts";
export type { MemoryOptions } from "./store/memory.ts";
export type { Erasure, RunQuery, RunStatus, RunSummary } from "./store/store.ts";

export { equal } from "./conflict/compare.ts";
export type {
  Candidate,
  Comparator,
  Compare,
  CompareContext,
  Group,
  Grouping,
  Same,
} from "./conflict/compare.ts";
export { within } from "./conflict/within.ts";
export type { WithinOptions } from "./conflict/within.ts";
export { oneOf } from "./conflict/one-of.ts";
export { findConflicts } from "./conflict/find-conflicts.ts";
export type { FindOptions } from "./conflict/find-conflicts.ts";
export type {
  Claim,
  ClaimDraft,
  Finding,
  FindingDetails,
  PlacedFinding,
  Severity,
} from "./model/claim.ts";
export type { Place } from "./conflict/place.ts";
export type { Conflict, Holder, Position, SubjectKind } from "./model/conflict.ts";

export type { FindingModel, ReporterRecord } from "./learning/statistics/finding-model.ts";
export type { Logistic } from "./learning/statistics/ridge-logistic.ts";
export type {
  AgentEstimate,
  AgentReliability,
  Calibration,
  Estimator,
  LabelKind,
  RecordedTruth,
  RecordedVote,
  Reliability,
  TopicReliability,
  LearnedBefore,
} from "./model/reliability.ts";

export { settle } from "./resolve/settle.ts";
export type { SettleOptions } from "./resolve/settle.ts";
export { conflictsOf } from "./resolve/conflicts-of.ts";
export type { GateOptions } from "./resolve/gate.ts";
export { DEFAULT_CHAIN } from "./resolve/chain.ts";
export { unanimous } from "./resolve/unanimous.ts";
export type { UnanimousOptions } from "./resolve/unanimous.ts";
export { vote } from "./resolve/vote.ts";
export type { VoteOptions } from "./resolve/vote.ts";
export { support } from "./resolve/support.ts";
export type { SupportOptions } from "./resolve/support.ts";
export { prefer } from "./resolve/prefer.ts";
export { rerun } from "./resolve/rerun.ts";
export type { RerunOptions } from "./resolve/rerun.ts";
export { human } from "./resolve/human.ts";
export type { HumanOptions } from "./resolve/human.ts";
export { judge } from "./resolve/judge/judge.ts";
export type { JudgeOptions } from "./resolve/judge/judge.ts";
export type { JudgePanelOptions, PanelJudge } from "./resolve/judge/panel-options.ts";
export type { JudgeRecord, JudgeWeight, JudgeWeights } from "./resolve/judge/record.ts";
export type { JudgeAsk } from "./resolve/judge/judge-agent.ts";
export type { JudgeSettings } from "./resolve/judge/settings.ts";
export type {
  JudgeAnswer,
  JudgeLimits,
  JudgeOption,
  JudgeQuestion,
} from "./resolve/judge/question.ts";
export type {
  Ask,
  Decision,
  Resolver,
  ResolverContext,
  Deferral,
  DeferralStatus,
  Person,
  PersonDecision,
  Question,
  Ruling,
  Told,
  Learning,
  LearningOptions,
  Lessons,
  RunTaught,
  Trust,
} from "./resolve/resolver.ts";
export type {
  AgentsRecord,
  Foresight,
  ResolverMade,
  SaidSoFar,
  SureWinner,
  ResolverView,
} from "./resolve/foresight.ts";
export type { Dissent, Verdict, VerdictStatus, VerdictStep } from "./model/verdict.ts";
