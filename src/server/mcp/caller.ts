import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { isSoundError } from "../../model/errors.ts";
import { clip, plain } from "../../model/text.ts";
import type { RunAsker } from "../asked.ts";
import { HttpRefusal, isOwnFailure } from "../http-refusal.ts";
import type { ServerFailure } from "../driving.ts";
import { principalOf } from "../asked.ts";
import type { TokenScope } from "../tokens.ts";
import type { McpSdk } from "./load.ts";
import type { TeamTool } from "./team-tools.ts";

/** How teams are served as tools. */
export interface McpOptions {
  /**
   * How long a tool call waits for a run, in ms; then it answers that the run goes on, and by which id it can be asked for. For clients that give up on
   * calls after a while. Default: as long as the run takes.
   */
  readonly answerWithinMs?: number;
  /** Says of the teams' tools that they change nothing, so that clients need not ask before they call one. Only you know. Default: false. */
  readonly readOnly?: boolean;
}

/** Who calls tools, and all that answers them. */
export interface McpCaller extends RunAsker {
  readonly sdk: McpSdk;
  readonly tools: readonly TeamTool[];
  readonly options: McpOptions;
  /** A connection that is closed cancels what it asked for: so over HTTP, where each call is one. */
  readonly closeCancels: boolean;
  readonly onFailure: (failure: ServerFailure) => void;
}

export function allows(caller: McpCaller, scope: TokenScope): boolean {
  return principalOf(caller).scopes.has(scope);
}

/** Whether a person can be asked through the client. */
export function canElicit({ sdk }: McpCaller, server: McpServer, ctx: ServerContext): boolean {
  const declared = (envelopeOf(ctx)[sdk.CLIENT_CAPABILITIES_META_KEY] ??
    server.server.getClientCapabilities()) as
    | { readonly elicitation?: { readonly form?: object; readonly url?: object } }
    | undefined;
  const { elicitation } = declared ?? {};
  // An empty one is of the version in which there were forms alone.
  return (
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  );
}

/** What a request of 2026-07-28 says of its client; clients of before say it once. */
function envelopeOf({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> {
  return { ...mcpReq.envelope };
}

const MAX_CLIENT_CHARS = 80;

/** What the client calls itself: nobody has checked it. */
export function clientName({ sdk }: McpCaller, server: McpServer, ctx: ServerContext): string {
  const { name } = Object(
    envelopeOf(ctx)[sdk.CLIENT_INFO_META_KEY] ?? server.server.getClientVersion(),
  ) as { readonly name?: unknown };
  const shown = typeof name === "string" ? clip(plain(name).trim(), MAX_CLIENT_CHARS) : "";
  return shown === "" ? "an MCP client" : shown;
}

const MAX_ISSUES = 20;

/** The result of a call that is refused or has failed: one sentence, and nothing of what was not meant for others to see. */
export function refusedCall(caller: McpCaller, what: string, thrown: unknown): CallToolResult {
  return { content: [{ type: "text", text: sentenceFor(caller, what, thrown) }], isError: true };
}

function sentenceFor(caller: McpCaller, what: string, thrown: unknown): string {
  if (thrown instanceof HttpRefusal) return thrown.message;
  if (isOwnFailure(thrown)) {
    caller.onFailure({ what, error: thrown });
    return isSoundError(thrown) && thrown.code === "STORE_FAILED"
      ? "The store does not answer as it should; try again later."
      : "The server failed; its own log says why.";
  }
  if (!isSoundError(thrown)) return "The server failed.";
  // What the sentence says already is not said twice.
  const issues = thrown.issues
    .filter(({ message }) => !thrown.message.includes(message))
    .slice(0, MAX_ISSUES)
    .map(({ path = "", message }) => `\n- ${path === "" ? "" : `${path}: `}${message}`);
  return [thrown.message, ...issues].join("");
}
