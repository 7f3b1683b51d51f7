import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { isSoundError } from "../../model/errors.ts";
import { clip, plain } from "../../model/text.ts";
import type { RunAsker } from "../asked.ts";
import { HttpRefusal, isOwnFailure } from "../http/http-refusal.ts";
import type { ServerFailure } from "../driving.ts";
import { principalOf } from "../asked.ts";
import type { TokenScope } from "../http/tokens.ts";
import type { McpSdk } from "./load.ts";
import type { TeamTool } from "./team-tools.ts";

/** How teams are served as tools. */
export interface McpOptions {
  /**
   * How long a tool call waits for a run, in ms. After that it answers that the run continues, with its id. For clients that time out. Default: as
   * long as the run takes.
   */
  readonly answerWithinMs?: number;
  /** Declares that the teams' tools change nothing, so that clients need not ask before a call. Set it only if that is true. Default: false. */
  readonly readOnly?: boolean;
}

/** The caller of tools, and all that answers it. */
export interface McpCaller extends RunAsker {
  readonly sdk: McpSdk;
  readonly tools: readonly TeamTool[];
  readonly options: McpOptions;
  /** Whether closing the connection cancels its calls: true over HTTP, where each call is one request. */
  readonly closeCancels: boolean;
  readonly onFailure: (failure: ServerFailure) => void;
}

export function allows(caller: McpCaller, scope: TokenScope): boolean {
  return principalOf(caller).scopes.has(scope);
}

/** Whether the client can ask its user. */
export function canElicit({ sdk }: McpCaller, server: McpServer, ctx: ServerContext): boolean {
  const declared = (envelopeOf(ctx)[sdk.CLIENT_CAPABILITIES_META_KEY] ??
    server.server.getClientCapabilities()) as
    | { readonly elicitation?: { readonly form?: object; readonly url?: object } }
    | undefined;
  const { elicitation } = declared ?? {};
  // An empty capability is from the version that had only forms.
  return (
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  );
}

/** The client's data, which a request of 2026-07-28 includes; older clients send it once. */
function envelopeOf({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> {
  return { ...mcpReq.envelope };
}

const MAX_CLIENT_CHARS = 80;

/** The client's name for itself, which is not verified. */
export function clientName({ sdk }: McpCaller, server: McpServer, ctx: ServerContext): string {
  const { name } = Object(
    envelopeOf(ctx)[sdk.CLIENT_INFO_META_KEY] ?? server.server.getClientVersion(),
  ) as { readonly name?: unknown };
  const shown = typeof name === "string" ? clip(plain(name).trim(), MAX_CLIENT_CHARS) : "";
  return shown === "" ? "an MCP client" : shown;
}

const MAX_ISSUES = 20;

/** The result of a call that was refused or failed: one sentence, without internal details. */
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
  // The message may contain them already.
  const issues = thrown.issues
    .filter(({ message }) => !thrown.message.includes(message))
    .slice(0, MAX_ISSUES)
    .map(({ path = "", message }) => `\n- ${path === "" ? "" : `${path}: `}${message}`);
  return [thrown.message, ...issues].join("");
}
