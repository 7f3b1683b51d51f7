import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import {
  fromJsonSchema,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

export interface SessionServer extends AsyncDisposable {
  readonly url: string;
  /** Sessions that are open. */
  readonly sessions: () => number;
  /** What calls were cancelled with. */
  readonly cancelled: readonly string[];
  /** Calls that have begun. */
  readonly begun: () => number;
}

/** A server of 2025 that keeps sessions, with a tool that answers and one that never does. */
export async function sessionServer(): Promise<SessionServer> {
  const open = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const cancelled: string[] = [];
  let begun = 0;

  async function begin(): Promise<WebStandardStreamableHTTPServerTransport> {
    const server = new McpServer({ name: "sessions", version: "1.0.0" });
    const inputSchema = fromJsonSchema({ type: "object" });
    server.registerTool("work", { inputSchema }, () => ({
      content: [{ type: "text", text: "fine" }],
    }));
    server.registerTool("hang", { inputSchema }, async (_given, ctx) => {
      begun++;
      await new Promise((resolve) => ctx.mcpReq.signal.addEventListener("abort", resolve));
      cancelled.push(String(ctx.mcpReq.signal.reason));
      return { content: [] };
    });
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void open.set(id, transport),
      onsessionclosed: (id) => void open.delete(id),
    });
    await server.connect(transport);
    return transport;
  }

  const http = createAdaptorServer({
    fetch: async (request: Request) => {
      const id = request.headers.get("mcp-session-id");
      const known = id === null ? await begin() : open.get(id);
      return known?.handleRequest(request) ?? new Response("no such session", { status: 404 });
    },
    overrideGlobalObjects: false,
  }) as Server;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    sessions: () => open.size,
    cancelled,
    begun: () => begun,
    async [Symbol.asyncDispose]() {
      for (const transport of open.values()) await transport.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
