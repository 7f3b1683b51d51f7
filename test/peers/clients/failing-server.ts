import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a server fails. */
export type Failing = "400" | "401" | "429" | "429 quota" | "500" | "closes" | "resets" | "hangs";

export interface FailingServer extends AsyncDisposable {
  /** Where every request fails that way, or is answered. */
  at(what: Failing | "answers"): string;
}

/** A real HTTP server on this machine. */
export async function failingServer(): Promise<FailingServer> {
  const server = createServer((request, response) => {
    request.resume();
    const [, what = ""] = /^\/([^/?]+)/.exec(request.url ?? "") ?? [];
    if (what === "answers") answer(response);
    else fail(decodeURIComponent(what) as Failing, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: (what) => `http://127.0.0.1:${port}/${encodeURIComponent(what)}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fail(failing: Failing, { socket }: IncomingMessage, response: ServerResponse): void {
  switch (failing) {
    case "hangs":
      return;
    case "resets":
      socket.destroy();
      return;
    case "closes":
      response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
      response.write("{", () => socket.destroy());
      return;
    default: {
      const type = failing === "429 quota" ? "insufficient_quota" : "some_error";
      const status = Number.parseInt(failing, 10);
      response.writeHead(status, {
        "content-type": "application/json",
        ...(status === 429 && { "retry-after": "1" }),
      });
      response.end(JSON.stringify({ error: { message: "no", type, code: type } }));
    }
  }
}

/** What every client here takes for an answer. */
function answer(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      id: "1",
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: "yes" }],
      choices: [
        { index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
    }),
  );
}
