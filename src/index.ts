export { agent, isWorker } from "./agent.ts";
export type {
  Agent,
  AgentContext,
  AgentOptions,
  InDoubt,
  InputOf,
  OutputOf,
  UpstreamOf,
  Worker,
  Workers,
} from "./agent.ts";
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
  ModelCost,
  Usage,
  Waiting,
} from "./call.ts";
export type { CallPlace, CallRole, TeamPlace, Via } from "./call-place.ts";
export { QuorateError } from "./errors.ts";
export type { ErrorCode, ErrorRecord, Issue } from "./errors.ts";
export type {
  EscalationReason,
  EventBody,
  ForkOf,
  LiveEvent,
  ProgressEvent,
  RunEvent,
  SupervisorLabel,
  WaitsFor,
} from "./events.ts";
export type { Json } from "./json.ts";
export type {
  Amount,
  Bill,
  BillLine,
  Missing,
  Outcome,
  OutcomeStatus,
  Reuse,
  Saved,
  Wasted,
} from "./outcome.ts";
export type { Schema } from "./schema.ts";

export { supervisor, isSupervisor } from "./supervisor/supervisor.ts";
export type { Supervisor } from "./supervisor/supervisor.ts";
export type {
  ForkOptions,
  Mode,
  ResumeOptions,
  Route,
  RunOptions,
  SupervisorOptions,
} from "./supervisor/options.ts";
export type {
  Estimate,
  PlanGap,
  PlannedAgent,
  PlannedBudget,
  PlanOptions,
  TaskPlan,
} from "./supervisor/forecast/task-plan.ts";
export type { NameOf, ResultsOf, TaskOf } from "./supervisor/infer.ts";
export type { TeamAnswer } from "./supervisor/coordinate/nested.ts";
export type { ManyOptions, TaskOutcome } from "./supervisor/many/run-many.ts";
export type { RunStream } from "./supervisor/run/stream.ts";

export { addBills } from "./money/add-bills.ts";
export { billOf } from "./money/bill.ts";
export { budgetState, resetBudget } from "./limits/shared-budget.ts";
export type { BudgetState } from "./limits/shared-budget.ts";
export type { Budget } from "./money/budget.ts";
export type { CostBound, MaxCost } from "./money/bound.ts";
export type { Price, Prices } from "./money/price.ts";
export { lane } from "./limits/lane.ts";
export type { LaneOptions, LanesOf } from "./limits/lane.ts";
export type { LaneState, RateLane } from "./limits/rate-limit.ts";
export type { BreakerOptions } from "./limits/breaker.ts";
export type { AskedAt, EscalateIf, Tiers } from "./policy/tier.ts";
export type { CacheOptions, RunCache } from "./policy/cache.ts";
export type { BatchContext, BatchOptions } from "./policy/batch.ts";

export { DEFAULT_LIMITS } from "./policy/limits.ts";
export type { CallLimits, Limits } from "./policy/limits.ts";
export type { Backoff } from "./policy/backoff.ts";

export { decide, openQuestions } from "./engine/decision.ts";
export type { HumanDecision, OpenQuestion } from "./engine/decision.ts";
export { embeddedEngine } from "./engine/engine.ts";
export type {
  AgentRegistry,
  AttemptControl,
  BatchControl,
  Engine,
  EngineFactory,
} from "./engine/engine.ts";

export type { Redact, RedactedKind } from "./engine/redact.ts";
export { memoryStore } from "./store/memory.ts";
export type { Erasure, RunQuery, RunStatus, RunSummary, Store } from "./store/store.ts";
export type { Values } from "./store/values.ts";

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
} from "./conflict/claim.ts";
export type { Place } from "./conflict/place.ts";
export type { Conflict, Holder, Position, SubjectKind } from "./conflict/conflict.ts";

export type { FindingModel, ReporterRecord } from "./reliability/finding-model.ts";
export type { Logistic } from "./reliability/ridge-logistic.ts";
export type {
  AgentEstimate,
  AgentReliability,
  Calibration,
  Estimator,
  LabelKind,
  RecordedOutcome,
  RecordedVote,
  Reliability,
  TopicReliability,
  LearnedBefore,
} from "./reliability/reliability.ts";

export { settle } from "./resolve/settle.ts";
export type { SettleOptions } from "./resolve/settle.ts";
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
export type { JudgeAsk } from "./resolve/judge/seat.ts";
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
  Link,
  LinkContext,
  Pass,
  PassStatus,
  Person,
  PersonDecision,
  Question,
  Ruling,
  Learning,
  LearningOptions,
  Lessons,
  RunTaught,
  Trust,
} from "./resolve/link.ts";
export type { Dissent, Verdict, VerdictStatus } from "./resolve/verdict.ts";
