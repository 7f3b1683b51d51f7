// The names of what is traced and counted. Names with `gen_ai` are those of the semantic conventions for generative AI, v0.1.0, which have had
// their own repository since they left the general conventions (where these names are deprecated); all others are Quorate's.

/** Attributes of the conventions. */
export const OPERATION = "gen_ai.operation.name";
export const AGENT = "gen_ai.agent.name";
export const VERSION = "gen_ai.agent.version";
export const REQUEST_MODEL = "gen_ai.request.model";
export const RESPONSE_MODEL = "gen_ai.response.model";
export const INPUT_TOKENS = "gen_ai.usage.input_tokens";
export const OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens";
export const REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";
export const ERROR = "error.type";

/** The operation of a team, whether it is the root or nested: a team is a workflow. */
export const INVOKE_WORKFLOW = "invoke_workflow";
export const INVOKE_AGENT = "invoke_agent";

/** Metrics of the conventions. */
export const INVOKE_AGENT_DURATION = "gen_ai.invoke_agent.duration";

/** Quorate's own attributes. */
export const RUN_ID = "quorate.run.id";
export const RUN_STATUS = "quorate.run.status";
export const RESUMED = "quorate.run.resumed";
export const PASSED = "quorate.gate.passed";
export const TENANT = "quorate.tenant";
export const TAG = "quorate.tag.";
export const TEAM = "quorate.team.name";
export const CALL_ID = "quorate.call.id";
export const ROLE = "quorate.call.role";
export const VIA = "quorate.call.via";
export const CALL_END = "quorate.call.end";
export const REUSED_BY = "quorate.call.reused_by";
export const ATTEMPT = "quorate.attempt";
export const ATTEMPTS = "quorate.attempts";
export const TIER = "quorate.tier";
export const BATCH = "quorate.batch.size";
export const COST_USD = "quorate.cost.usd";
export const COST_UNKNOWN = "quorate.cost.unknown";
export const WAITS_FOR = "quorate.waits_for";
export const CONFLICTS = "quorate.conflicts";
export const VERDICT_STATUS = "quorate.verdict.status";
export const VERDICT_BY = "quorate.verdict.by";
export const VERDICT_CONFIDENCE = "quorate.verdict.confidence";
export const SUBJECT_KIND = "quorate.subject.kind";
export const NOTICE = "quorate.notice.code";
export const TOKEN_TYPE = "quorate.token.type";
export const LIMITER = "quorate.limiter.name";

/** Recorded only with `content: true`. */
export const INPUT = "quorate.input";
export const OUTPUT = "quorate.output";
export const SUBJECT = "quorate.subject";
export const WINNER = "quorate.verdict.winner";
export const REASONING = "quorate.verdict.reasoning";
