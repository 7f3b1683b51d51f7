import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import type { AgentPeer, PeerStep } from "../../src/testing/index.ts";

export interface HttpPeer extends AgentPeer, AsyncDisposable {
  readonly url: string;
}

/** A server of the official SDK over HTTP, whose one tool does what a script says. */
export async function httpPeer(): Promise<HttpPeer> {
  const asked: string[] = [];
  let steps: readonly PeerStep[] = [];
  let next = 0;
  let atWork = 0;
  const http = createAdaptorServer({
    fetch: async (request: Request) => {
      const body: unknown = await request
        .clone()
        .json()
        .catch(() => undefined);
      const { method, params } = Object(body) as {
        readonly method?: string;
        readonly params?: { readonly arguments?: unknown };
      };
      if (method !== "tools/call") return handler.fetch(request);
      const step = steps[Math.min(next, steps.length - 1)];
      if (step?.does === "fails") {
        next++;
        asked.push(JSON.stringify(params?.arguments));
        const wait = step.retryAfterSeconds;
        return new Response("no", {
          status: step.status,
          headers: wait === undefined ? {} : { "retry-after": String(wait) },
        });
      }
      return handler.fetch(request);
    },
    overrideGlobalObjects: false,
  }) as Server;
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: "peer", version: "1.0.0" });
      server.registerTool(
        "work",
        { inputSchema: fromJsonSchema({ type: "object" }) },
        async (given, ctx) => {
          const step = steps[Math.min(next++, steps.length - 1)];
          if (step === undefined) throw new Error("nobody said what the tool does");
          asked.push(JSON.stringify(given));
          atWork++;
          const { signal } = ctx.mcpReq;
          let isOver = false;
          const over = (): void => {
            if (!isOver) atWork--;
            isOver = true;
          };
          signal.addEventListener("abort", over);
          const said = (output: unknown, usage?: unknown) => {
            over();
            return {
              content: [{ type: "text" as const, text: JSON.stringify(output) }],
              structuredContent: output as Record<string, unknown>,
              ...(usage !== undefined && { _meta: { usage } }),
            };
          };
          switch (step.does) {
            case "answers":
            case "answers twice":
              return said(step.output, "usage" in step ? step.usage : undefined);
            case "answers half": {
              const { content, _meta } = said(step.output, step.usage) as ReturnType<
                typeof said
              > & {
                readonly _meta?: Record<string, unknown>;
              };
              const text = content[0]?.text ?? "";
              return {
                content: [{ type: "text" as const, text: text.slice(0, text.length / 2) }],
                ...(_meta !== undefined && { _meta }),
              };
            }
            case "answers late":
              await new Promise((resolve) => signal.addEventListener("abort", resolve));
              return said(step.output);
            case "hangs":
              await new Promise(() => {});
              throw new Error("it never ends");
            case "floods":
              return said({ recommendation: "x".repeat(step.bytes) });
            case "fails":
              throw new Error("answered by the socket");
            case "breaks off":
              over();
              setImmediate(() => http.closeAllConnections());
              await new Promise(() => {});
              throw new Error("it never ends");
          }
        },
      );
      return server;
    },
    { responseMode: "sse" },
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    asked,
    get atWork() {
      return atWork;
    },
    follow(...given) {
      steps = given;
      next = 0;
    },
    async [Symbol.asyncDispose]() {
      await handler.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
