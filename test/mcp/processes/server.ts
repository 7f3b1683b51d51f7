import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { PeerStep } from "../../../src/testing/index.ts";

// A server of the official SDK, whose one tool asks at a port what it is to do.

const port = Number(process.argv[2]);

serveStdio(() => {
  const server = new McpServer({ name: "peer", version: "1.0.0" });
  server.registerTool(
    "work",
    { inputSchema: fromJsonSchema({ type: "object" }) },
    async (given, ctx) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.write(`${JSON.stringify({ asked: JSON.stringify(given) })}\n`);
      const step = await new Promise<PeerStep>((resolve) => {
        createInterface(socket).once("line", (line) => resolve(JSON.parse(line) as PeerStep));
      });
      const said = (output: unknown, usage?: unknown) => {
        socket.destroy();
        return {
          content: [{ type: "text" as const, text: JSON.stringify(output) }],
          structuredContent: output as Record<string, unknown>,
          ...(usage !== undefined && { _meta: { usage } }),
        };
      };
      switch (step.does) {
        case "answers":
          return said(step.output, step.usage);
        case "answers half": {
          const text = JSON.stringify(step.output);
          socket.destroy();
          return {
            content: [{ type: "text" as const, text: text.slice(0, text.length / 2) }],
            ...(step.usage !== undefined && { _meta: { usage: step.usage } }),
          };
        }
        case "answers twice": {
          const answer = said(step.output);
          const again = { jsonrpc: "2.0", id: ctx.mcpReq.id, result: answer };
          setImmediate(() => process.stdout.write(`${JSON.stringify(again)}\n`));
          return answer;
        }
        case "answers late":
          await new Promise((resolve) => ctx.mcpReq.signal.addEventListener("abort", resolve));
          return said(step.output);
        case "hangs":
          ctx.mcpReq.signal.addEventListener("abort", () => socket.destroy());
          await new Promise(() => {});
          throw new Error("it never ends");
        case "floods":
          return said({ recommendation: "x".repeat(step.bytes) });
        case "fails":
          socket.destroy();
          throw new Error(`status ${step.status}`);
        case "breaks off":
          process.stdout.write('{"jsonrpc":"2.0","id":');
          process.exit(1);
      }
    },
  );
  return server;
});
