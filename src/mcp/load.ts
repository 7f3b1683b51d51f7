import type * as McpClientPackage from "@modelcontextprotocol/client";
import { QuorateError } from "../model/errors.ts";

/** The official SDK for clients. */
export type McpClientSdk = typeof McpClientPackage;

/** Loads the SDK when a tool is first asked, not when this entry is imported. Rejects with `AGENT_FAILED` if it is not installed. */
export async function loadMcpClient(): Promise<McpClientSdk> {
  try {
    return await import("@modelcontextprotocol/client");
  } catch (cause) {
    throw new QuorateError(
      "AGENT_FAILED",
      "quorate/mcp needs the package @modelcontextprotocol/client, which cannot be loaded; install it: npm install @modelcontextprotocol/client",
      { cause },
    );
  }
}
