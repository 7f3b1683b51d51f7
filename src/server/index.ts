export { server } from "./server.ts";
export type { Server, ServerOptions } from "./server.ts";
export type { ServerLimits } from "./http/allowance.ts";
export { mcpStdio } from "./mcp/stdio.ts";
export type { McpStdio, McpStdioOptions } from "./mcp/stdio.ts";
export type { A2aServing } from "./a2a/request-handler.ts";
export type { McpOptions } from "./mcp/caller.ts";
export type { ServerFailure } from "./driving.ts";
export type { TokenScope, ServerToken } from "./http/tokens.ts";
export type { WebHook, WebHookBody } from "./web-hooks.ts";
export type {
  AgentFigures,
  AgentsFigures,
  CalibrationBin,
  CancelledAnswer,
  DecidedAnswer,
  EventsAnswer,
  ForkPlan,
  QuestionsAnswer,
  RunAnswer,
  RunBegun,
  RunsAnswer,
  SessionAnswer,
  Spending,
  SpentRun,
  TeamListed,
  TeamSpent,
  TeamsAnswer,
  WireError,
} from "./wire.ts";
