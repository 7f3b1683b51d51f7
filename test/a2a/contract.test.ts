import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { a2aAgent } from "../../src/a2a/index.ts";
import {
  agentContract,
  type AgentPeer,
  type MakeAgent,
  type PeerStep,
} from "../../src/testing/index.ts";
import { data, text } from "./sdk-client.ts";
import { sdkServer, type Working } from "./sdk-server.ts";

const MODEL = "model-x";

/** A peer made with the official SDK that does what a script says. */
async function scriptedPeer(streaming: boolean) {
  const asked: string[] = [];
  const atWork = new Set<string>();
  const late = new Map<string, PeerStep>();
  let steps: readonly PeerStep[] = [];
  let next = 0;
  let now: PeerStep | undefined;
  const server = await sdkServer({
    streaming,
    before(_request: IncomingMessage, response: ServerResponse, body: string) {
      const { method = "", params } = JSON.parse(body || "{}") as {
        method?: string;
        params?: unknown;
      };
      if (!method.startsWith("Send")) return false;
      asked.push(JSON.stringify(params));
      now = steps[Math.min(next++, steps.length - 1)];
      if (now?.does === "fails") {
        response.statusCode = now.status;
        if (now.retryAfterSeconds !== undefined)
          response.setHeader("retry-after", now.retryAfterSeconds);
        response.end("no");
        return true;
      }
      if (now?.does !== "breaks off") return false;
      response.writeHead(200, {
        "content-type": streaming ? "text/event-stream" : "application/json",
        "content-length": 100,
      });
      response.write("d");
      setImmediate(() => response.destroy());
      return true;
    },
    async work(working) {
      if (now === undefined) throw new Error("nobody said what the peer does");
      const step = now;
      working.tell("TASK_STATE_WORKING", "at it");
      if (step.does === "hangs" || step.does === "answers late") {
        atWork.add(working.taskId);
        late.set(working.taskId, step);
        await new Promise<void>((resolve) =>
          working.cancelled.addEventListener("abort", () => resolve()),
        );
        atWork.delete(working.taskId);
        return;
      }
      answer(working, step);
    },
    onCancel(working) {
      const step = late.get(working.taskId);
      if (step?.does === "answers late") answer(working, { ...step, does: "answers" });
    },
  });
  const peer: AgentPeer = {
    asked,
    get atWork() {
      return atWork.size;
    },
    follow(...given) {
      steps = given;
      next = 0;
    },
  };
  return { server, peer };
}

function answer(working: Working, step: PeerStep): void {
  const usage = "usage" in step && step.usage !== undefined ? { usage: step.usage } : {};
  const done = (): void => working.tell("TASK_STATE_COMPLETED", undefined, usage);
  switch (step.does) {
    case "answers":
      working.artifact([data(step.output)]);
      return done();
    case "answers half": {
      const whole = JSON.stringify(step.output);
      working.artifact([text(whole.slice(0, whole.length / 2))]);
      return done();
    }
    case "answers twice":
      working.artifact([data(step.output)]);
      working.artifact([data(step.output)], { id: "again" });
      return done();
    case "floods":
      working.artifact([data({ recommendation: "x".repeat(step.bytes) })]);
      return done();
    default:
      throw new Error(`it does ${step.does}`);
  }
}

const speaking =
  (streaming: boolean): MakeAgent =>
  async (setting) => {
    const { server, peer } = await scriptedPeer(streaming);
    const made = a2aAgent({
      ...setting,
      url: server.at,
      model: MODEL,
      allowPrivate: true,
      pollMs: 2,
    });
    return {
      agent: made as never,
      peer,
      model: MODEL,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };

const kinds = [
  ...agentContract("a peer that streams", speaking(true)),
  ...agentContract("a peer that is asked again and again", speaking(false)),
];

describe("the contract of agents", () => {
  // What the official server prints of what it was made to do.
  beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());
  for (const { name, run } of kinds) it(name, run);
});
