import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { AgentPeer, PeerStep, PeerUsage } from "../../src/testing/index.ts";
import { anthropic } from "./anthropic.ts";
import { chat } from "./chat.ts";
import { gemini } from "./gemini.ts";
import type { Body, Ended, Protocol, Said } from "./protocol.ts";
import { responses } from "./responses.ts";

/** What the model does when it is asked once. */
export type ModelStep =
  | PeerStep
  | {
      readonly does: "says";
      readonly text: string;
      readonly usage?: PeerUsage;
      readonly ended?: Ended;
    }
  | {
      readonly does: "calls";
      readonly tool: string;
      readonly input: object;
      readonly usage?: PeerUsage;
    }
  /** Begins to say it, and then nothing more. Of a stream only. */
  | { readonly does: "stalls"; readonly text: string };

/** A request as it came. */
export interface Asked {
  readonly path: string;
  readonly body: Body;
  /** The names of the tools that the model was offered. */
  readonly tools: readonly string[];
}

export interface ScriptedModel extends AgentPeer, AsyncDisposable {
  follow(...steps: readonly ModelStep[]): void;
  /** Where it is, without a path. */
  readonly url: string;
  /** The requests that took a step. */
  readonly requests: readonly Asked[];
  /** The bodies of these. */
  readonly bodies: readonly Body[];
  /** How many requests were ended by the other side. */
  readonly cut: number;
  /** Connections that are open. */
  readonly sockets: number;
}

/** How what a step says is said in answer to a request: by a tool, where a client wants that. */
export type Phrase = (said: Said, step: ModelStep, asked: Asked) => Said;

const PROTOCOLS: readonly Protocol[] = [anthropic, chat, responses, gemini];

/**
 * A scripted model behind four wire protocols, on this machine: the Messages of Anthropic, the chat completions and Responses of OpenAI,
 * and Gemini, each with and without streaming; and embeddings as OpenAI has them.
 */
export async function scriptedModel(phrase: Phrase = (said) => said): Promise<ScriptedModel> {
  const steps: ModelStep[] = [];
  const requests: Asked[] = [];
  let [atWork, cut, sockets] = [0, 0, 0];

  /** Answers a request, and says whether it takes a step of the script. */
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    // A question that is ended before it is read was asked, too.
    const unread: Asked = { path, body: {}, tools: [] };
    const protocol = PROTOCOLS.find((one) => one.isAt(path));
    const by = protocol?.aside?.(path);
    if (by !== undefined) return sendJson(response, 200, by);
    if (protocol === undefined && !path.endsWith("/embeddings")) {
      return sendJson(response, 404, { error: { message: `there is nothing at ${path}` } });
    }
    atWork += 1;
    let isRead = false;
    response.once("close", () => {
      atWork -= 1;
      if (!response.writableFinished) cut += 1;
      if (!isRead) requests.push(unread);
    });
    const body = await bodyOf(request);
    isRead = true;
    const asked = { path, body, tools: protocol?.toolsIn(body) ?? [] };
    requests.push(asked);
    const step = steps.length > 1 ? steps.shift() : steps[0];
    if (step === undefined) throw new Error("the model has no script");
    if (protocol === undefined) return embed(step, body, response);
    const said = saidIn(step, protocol.modelIn(path, body));
    return answer(step, phrase(said, step, asked), protocol, asked, response);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => {
    sockets += 1;
    socket.once("close", () => (sockets -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    follow: (...next) => void steps.splice(0, Infinity, ...next),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get bodies() {
      return requests.map(({ body }) => body);
    },
    get asked() {
      return requests.map(({ body }) => textsIn(PROMPTS.map((part) => body[part])));
    },
    get atWork() {
      return atWork;
    },
    get cut() {
      return cut;
    },
    get sockets() {
      return sockets;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The parts of bodies that have what a model is asked, in all protocols. */
const PROMPTS = ["system", "instructions", "systemInstruction", "messages", "input", "contents"];

async function bodyOf(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return JSON.parse(text) as Body;
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
  said: Said,
  protocol: Protocol,
  { path, body }: Asked,
  response: ServerResponse,
): Promise<void> {
  if (step.does === "hangs") return;
  if (step.does === "answers late") {
    response.once("close", () => response.end(JSON.stringify(protocol.bodyOf(said))));
    return;
  }
  if (step.does === "fails") return fail(step, response);
  if (!protocol.isStream(path, body)) {
    const json = JSON.stringify(protocol.bodyOf(said));
    if (step.does === "answers twice") response.once("finish", () => sendAgain(response, json));
    response.writeHead(200, { "content-type": "application/json" });
    if (step.does !== "breaks off") return void response.end(json);
    response.write(json.slice(0, json.length / 2), () => response.destroy());
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const events = protocol.eventsOf(said);
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
  const plain = { model, usage: "usage" in step ? step.usage : undefined };
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
      return { ...plain, text: JSON.stringify({ recommendation: flood(step.bytes) }) };
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

/** A text of so many bytes. Not the same letter again and again: some clients take that for a loop, and stop. */
function flood(bytes: number): string {
  const words = Array.from({ length: Math.ceil(bytes / 6) }, (_, i) => (i * 7919).toString(36));
  return words.join(" ").padEnd(bytes, "x");
}

function fail(
  { status, retryAfterSeconds }: { readonly status: number; readonly retryAfterSeconds?: number },
  response: ServerResponse,
): void {
  if (retryAfterSeconds !== undefined) response.setHeader("retry-after", retryAfterSeconds);
  // As all of them have it, each in its own part.
  const message = status === 401 ? "Incorrect API key provided: sk-fake." : "not now";
  const error = { message, type: "some_error", code: "some_error", status: "SOME" };
  sendJson(response, status, { type: "error", error });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** A vector of a text: how often it has each of four letters, so that texts that are alike are near. */
function embed(step: ModelStep, body: Body, response: ServerResponse): void {
  if (step.does === "hangs") return;
  if (step.does === "fails") return fail(step, response);
  const data = (body["input"] as readonly string[]).map((text, index) => ({
    object: "embedding",
    index,
    embedding: ["a", "e", "i", "o"].map((letter) => text.split(letter).length),
  }));
  sendJson(response, 200, { data, model: "embed", usage: { prompt_tokens: 3, total_tokens: 3 } });
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
