import type * as Mcp from "@modelcontextprotocol/server";
import { QuorateError } from "../../model/errors.ts";

/** The official SDK for servers. */
export type McpSdk = typeof Mcp;

/** Loads the SDK at the first MCP request. Rejects with `BAD_OPTIONS` if it is not installed. */
export async function loadMcpSdk(): Promise<McpSdk> {
  try {
    return await import("@modelcontextprotocol/server");
  } catch (cause) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "teams as MCP tools need the package @modelcontextprotocol/server, which cannot be loaded; install it: npm install @modelcontextprotocol/server",
      { cause },
    );
  }
}
