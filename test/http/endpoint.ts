import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AgentPeer, PeerStep, PeerUsage } from "../../src/testing/index.ts";

export interface Endpoint extends AgentPeer, AsyncDisposable {
  readonly url: string;
}

/** An endpoint that does what a script says: it answers with a document, and says in a header what it used. */
export async function endpoint(): Promise<Endpoint> {
  const asked: string[] = [];
  const atWork = new Set<ServerResponse>();
  let steps: readonly PeerStep[] = [];
  let next = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      asked.push(Buffer.concat(parts).toString());
      const step = steps[Math.min(next++, steps.length - 1)];
      if (step === undefined) throw new Error("nobody said what the endpoint does");
      atWork.add(response);
      response.on("close", () => atWork.delete(response));
      follow(step, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`,
    asked,
    get atWork() {
      return atWork.size;
    },
    follow(...given) {
      steps = given;
      next = 0;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function follow(step: PeerStep, response: ServerResponse): void {
  const say = (text: string, usage?: PeerUsage): void => {
    if (usage !== undefined) response.setHeader("x-usage", JSON.stringify(usage));
    response.setHeader("content-type", "application/json");
    response.end(text);
  };
  switch (step.does) {
    case "answers":
      return say(JSON.stringify(step.output), step.usage);
    case "answers half": {
      const text = JSON.stringify(step.output);
      return say(text.slice(0, text.length / 2), step.usage);
    }
    case "answers twice":
      return say(JSON.stringify(step.output).repeat(2));
    case "answers late":
      return void response.on("close", () => response.end(JSON.stringify(step.output)));
    case "hangs":
      return;
    case "floods":
      return say(JSON.stringify({ recommendation: "x".repeat(step.bytes) }));
    case "fails":
      response.statusCode = step.status;
      if (step.retryAfterSeconds !== undefined)
        response.setHeader("retry-after", step.retryAfterSeconds);
      return void response.end("no");
    case "breaks off":
      response.writeHead(200, { "content-length": 100 });
      response.write("{");
      return void setImmediate(() => response.destroy());
  }
}
