// quorate/mcp: agents that are tools of MCP servers.

export { mcpAgent } from "./mcp-agent.ts";
export type { ArgumentsContext, McpAgentOptions } from "./mcp-agent.ts";
export type { McpProgram } from "./connection.ts";
export type { McpAddress } from "./http-transport.ts";
export type { ToolAnswer } from "./tool-answer.ts";
export type { HeaderValue } from "../http/header-values.ts";
export type { Environment } from "../program/environment.ts";
