import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { EmbeddingModel, LanguageModel } from "ai";
import type { AgentPeer, PeerStep, PeerUsage } from "../../src/testing/index.ts";
import { anthropicBody, anthropicEvents } from "./anthropic-wire.ts";
import { openaiBody, openaiEvents } from "./openai-wire.ts";

/** What the model does when it is asked once. */
export type ModelStep =
  | PeerStep
  /** Says this text, and why it ended, as its protocol has it. */
  | {
      readonly does: "says";
      readonly text: string;
      readonly usage?: PeerUsage;
      readonly ended?: string;
    }
  | {
      readonly does: "calls";
      readonly tool: string;
      readonly input: object;
      readonly usage?: PeerUsage;
    }
  /** Begins to say it, and then nothing more. Of a stream only. */
  | { readonly does: "stalls"; readonly text: string };

/** What is said, in whatever protocol. */
export interface Said {
  readonly model: string;
  readonly text: string;
  readonly tool?: { readonly name: string; readonly input: object };
  readonly usage: PeerUsage | undefined;
  readonly ended: string | undefined;
}

export interface ModelServer extends AgentPeer, AsyncDisposable {
  follow(...steps: readonly ModelStep[]): void;
  /** The bodies of its requests. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[];
  /** How many requests were ended by the other side. */
  readonly cut: number;
  /** Connections that are open. */
  readonly sockets: number;
  openai(id?: string): LanguageModel;
  anthropic(id?: string): LanguageModel;
  embedding(id?: string): EmbeddingModel;
}

/** A scripted model behind two wire protocols, on this machine. */
export async function modelServer(): Promise<ModelServer> {
  const steps: ModelStep[] = [];
  const bodies: Readonly<Record<string, unknown>>[] = [];
  let [atWork, cut, sockets] = [0, 0, 0];

  const server = createServer((request, response) => {
    atWork += 1;
    let isRead = false;
    response.once("close", () => {
      atWork -= 1;
      if (!response.writableFinished) cut += 1;
      if (!isRead) bodies.push({});
    });
    void bodyOf(request)
      .then((body) => {
        isRead = true;
        bodies.push(body);
        const step = steps.length > 1 ? steps.shift() : steps[0];
        if (step === undefined) throw new Error("the model has no script");
        return answer(step, request.url ?? "", body, response);
      })
      .catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    sockets += 1;
    socket.once("close", () => (sockets -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const baseURL = `http://127.0.0.1:${port}/v1`;
  const openai = createOpenAICompatible({
    name: "local",
    baseURL,
    apiKey: "k",
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  const anthropic = createAnthropic({ baseURL, apiKey: "k" });
  return {
    follow(...next) {
      steps.splice(0, Infinity, ...next);
    },
    get asked() {
      return bodies.map((body) => textsIn([body["system"], body["messages"], body["input"]]));
    },
    bodies,
    get atWork() {
      return atWork;
    },
    get cut() {
      return cut;
    },
    get sockets() {
      return sockets;
    },
    openai: (id = "mini") => openai(id),
    anthropic: (id = "claude-x") => anthropic(id),
    embedding: (id = "embed") => openai.embeddingModel(id),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** Every text in a value, one below the other. */
function textsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value)
    .map(textsIn)
    .filter((text) => text !== "")
    .join("\n");
}

async function answer(
  step: ModelStep,
  url: string,
  body: Readonly<Record<string, unknown>>,
  response: ServerResponse,
): Promise<void> {
  if (step.does === "hangs") return;
  if (step.does === "answers late") {
    const late = JSON.stringify(openaiBody(saidIn(step, "late")));
    response.once("close", () => response.end(late));
    return;
  }
  if (step.does === "fails") return fail(step, response);
  if (url.endsWith("/embeddings")) return embed(body, response);
  const isStream = body["stream"] === true;
  const isAnthropic = url.endsWith("/messages");
  const said = saidIn(step, String(body["model"]));
  if (!isStream) {
    const json = JSON.stringify(isAnthropic ? anthropicBody(said) : openaiBody(said));
    response.writeHead(200, { "content-type": "application/json" });
    if (step.does === "answers twice") response.once("finish", () => sendAgain(response, json));
    if (step.does !== "breaks off") return void response.end(json);
    response.write(json.slice(0, json.length / 2), () => response.destroy());
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const events = isAnthropic ? anthropicEvents(said) : openaiEvents(said);
  const isCut = step.does === "breaks off" || step.does === "stalls";
  const last = isCut ? events.findLastIndex(({ isText }) => isText) : events.length - 1;
  for (const { text } of events.slice(0, last + 1)) {
    if (response.destroyed) return;
    const isTaken = response.write(text);
    // As a network would, so that an answer is not whole at once.
    await (isTaken ? setTimeout(0) : drained(response));
  }
  if (step.does === "stalls") return;
  if (step.does === "breaks off") return void response.destroy();
  if (step.does === "answers twice") for (const { text } of events) response.write(text);
  response.end();
}

function saidIn(step: ModelStep, model: string): Said {
  const usage = "usage" in step ? step.usage : undefined;
  const plain = { model, usage, ended: undefined };
  switch (step.does) {
    case "answers":
    case "answers late":
    case "answers twice":
      return { ...plain, text: JSON.stringify(step.output) };
    case "answers half": {
      const text = JSON.stringify(step.output);
      return { ...plain, text: text.slice(0, text.length / 2) };
    }
    case "floods":
      return { ...plain, text: JSON.stringify({ recommendation: "x".repeat(step.bytes) }) };
    case "says":
      return { ...plain, text: step.text, ended: step.ended };
    case "calls":
      return { ...plain, text: "", tool: { name: step.tool, input: step.input } };
    case "stalls":
      return { ...plain, text: step.text };
    default:
      return { ...plain, text: '{"recommendation":"hold"}' };
  }
}

function fail(
  { status, retryAfterSeconds }: { readonly status: number; readonly retryAfterSeconds?: number },
  response: ServerResponse,
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  });
  const error = { message: "not now", type: "some_error", code: "some_error" };
  response.end(JSON.stringify({ type: "error", error }));
}

/** A vector of a text: how often it has each of four letters, so that texts that are alike are near. */
function embed(body: Readonly<Record<string, unknown>>, response: ServerResponse): void {
  const data = (body["input"] as readonly string[]).map((text, index) => ({
    object: "embedding",
    index,
    embedding: ["a", "e", "i", "o"].map((letter) => text.split(letter).length),
  }));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ data, model: "embed", usage: { prompt_tokens: 3, total_tokens: 3 } }),
  );
}

/** Resolves when more may be written, or nothing any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    function done(): void {
      response.off("drain", done).off("close", done);
      resolve();
    }
    response.on("drain", done).on("close", done);
  });
}

/** Sends a response that nobody asked for, on the same connection. */
function sendAgain({ req: { socket } }: ServerResponse, json: string): void {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}`;
  socket.write(`${head}\r\n\r\n${json}`);
}
