// A server of before that is as its argument says. It speaks line by line, and knows no SDK.

import { createInterface } from "node:readline";
import { spawn } from "node:child_process";

const [, , manner = ""] = process.argv;
const say = (message: unknown): void =>
  void process.stdout.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
const hello = {
  protocolVersion: "2025-06-18",
  capabilities: { tools: {} },
  serverInfo: { name: "hostile", version: "1" },
};

if (manner === "helpers") spawn("sleep", ["1000"], { stdio: "inherit" });
if (manner === "deaf") process.on("SIGTERM", () => {});

createInterface(process.stdin).on("line", (line) => {
  const { id, method, params } = JSON.parse(line) as {
    readonly id?: number;
    readonly method: string;
    readonly params?: { readonly name?: string };
  };
  const answer = (result: unknown): void => say({ jsonrpc: "2.0", id, result });
  if (method === "server/discover") {
    if (manner === "dies at questions") process.exit(3);
    return say({ jsonrpc: "2.0", id, error: { code: -32_601, message: "what is that" } });
  }
  if (method === "initialize") return answer(hello);
  if (method === "tools/list")
    return answer({ tools: [{ name: "work", inputSchema: { type: "object" } }] });
  if (method !== "tools/call") return;
  switch (manner) {
    case "noise":
      say("a log line that is no message");
      say("{ half a");
      say("[]");
      say({ jsonrpc: "1.0", id, result: { content: [] } });
      say({
        jsonrpc: "2.0",
        id: 99_999,
        result: { content: [{ type: "text", text: "another's" }] },
      });
      say({
        jsonrpc: "2.0",
        id: `${id}`,
        result: { content: [{ type: "text", text: "a text's" }] },
      });
      return answer({ content: [{ type: "text", text: "mine" }] });
    case "odd":
      return answer({ content: "no list", structuredContent: 7 });
    case "large":
      process.stdout.write("x".repeat(3_000_000));
      return;
    case "dies":
      process.stderr.write("out of\u001b[2J cheese\n");
      process.exit(9);
      return;
    case "throws":
      // A stack of some 2,000 characters behind the reason.
      Error.stackTraceLimit = 50;
      (function down(depth: number): void {
        if (depth === 0) throw new Error("set WEATHER_KEY");
        down(depth - 1);
      })(30);
      return;
    case "fails":
      return answer({
        isError: true,
        content: [
          {
            type: "text",
            text: params?.name === "work" ? "no luck\ntoday" : "Tool nothing not found",
          },
        ],
      });
    case "asks":
      return say({
        jsonrpc: "2.0",
        id: 1,
        method: "elicitation/create",
        params: { message: "who?", requestedSchema: { type: "object", properties: {} } },
      });
    default:
      return answer({ content: [{ type: "text", text: "fine" }] });
  }
});
// It goes on also when nobody speaks to it any more.
if (manner === "deaf") setInterval(() => {}, 1_000);
