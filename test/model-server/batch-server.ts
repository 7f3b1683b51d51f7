import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import type { AgentPeer, PeerStep, PeerUsage } from "../../src/testing/index.ts";
import { anthropic } from "./anthropic.ts";
import type { Body, Ended } from "./protocol.ts";
import { responses } from "./responses.ts";

/** What a batch has for one of its requests. */
export type BatchedAnswer =
  | { readonly text: string; readonly usage?: PeerUsage; readonly ended?: Ended }
  /** It failed; by Anthropic's protocol without a status. */
  | { readonly error: string; readonly status?: number }
  | "cancelled"
  | "expired"
  /** The results have no line for it. */
  | "nothing";

/** A batch, as it came and as it stands. */
export interface ServedBatch {
  readonly id: string;
  readonly requests: readonly { readonly id: string; readonly body: Body }[];
  state: "in progress" | "ended" | "failed" | "cancelled" | "expired";
}

export interface BatchServer extends AgentPeer, AsyncDisposable {
  readonly url: string;
  readonly batches: readonly ServedBatch[];
  /** How often somebody asked how a batch stands, and for results. */
  readonly looks: number;
  readonly reads: number;
  /** The ids of batches that somebody wanted cancelled. */
  readonly cancelled: readonly string[];
  /** What batches have for a request. Default: `{"recommendation":"hold"}` for 20 and 9 tokens. */
  answers(by: (asked: string, body: Body) => BatchedAnswer): void;
  /** Batches stay in progress until `finish()`. */
  hold(): void;
  finish(state?: ServedBatch["state"]): void;
  /** What the next requests fail with, each once: a status, or "cut" for a connection that breaks off. */
  fail(at: "send" | "look" | "read", ...how: readonly (number | "cut")[]): void;
  readonly anthropic: ReturnType<typeof createAnthropic>;
  readonly openai: ReturnType<typeof createOpenAI>;
}

/** A server that has the batches of Anthropic and those of OpenAI, by their real protocols, on this machine. */
export async function batchServer(port = 0): Promise<BatchServer> {
  const batches: ServedBatch[] = [];
  const files = new Map<string, readonly string[]>();
  const cancelled: string[] = [];
  const failures = {
    send: [] as (number | "cut")[],
    look: [] as (number | "cut")[],
    read: [] as (number | "cut")[],
  };
  let [looks, reads, isHeld] = [0, 0, false];
  let steps: PeerStep[] | undefined;
  const stepOf = new Map<string, PeerStep>();
  let answer = (_asked: string, _body: Body): BatchedAnswer => ({
    text: '{"recommendation":"hold"}',
    usage: { inputTokens: 20, outputTokens: 9 },
  });

  function add(requests: ServedBatch["requests"]): ServedBatch {
    const scripted = requests.flatMap(({ id }) => {
      const step = steps !== undefined && steps.length > 1 ? steps.shift() : steps?.[0];
      if (step !== undefined) stepOf.set(id, step);
      return step ?? [];
    });
    const isOpen = scripted.some(({ does }) => does === "hangs" || does === "answers late");
    const state = isHeld || isOpen ? "in progress" : "ended";
    const batch: ServedBatch = { id: `batch_${batches.length + 1}`, requests, state };
    batches.push(batch);
    return batch;
  }

  function answerTo({ id, body }: ServedBatch["requests"][number]): BatchedAnswer {
    const step = stepOf.get(id);
    return step === undefined ? answer(JSON.stringify(body), body) : said(step);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url: path = "" } = request;
    const body = await textOf(request);
    const isResult = /\/results$|\/content$/.test(path);
    const kind = method === "POST" ? "send" : isResult ? "read" : "look";
    const isCancel = path.endsWith("/cancel");
    const next = isCancel ? undefined : failures[kind].shift();
    if (next === "cut") return void response.destroy();
    if (next !== undefined) return sendJson(response, next, failed("not now"));
    const [, id = ""] = /batches\/([^/]+)/.exec(path) ?? [];
    const batch = batches.find((one) => one.id === id);
    const shape = path.includes("/messages/") ? ofAnthropic : ofOpenai;
    const shown = (one: ServedBatch): object => shape(one, url());
    if (path.endsWith("/files")) {
      const [lines = ""] = /^\{"custom_id".*(?:\r?\n\{"custom_id".*)*/m.exec(body) ?? [];
      files.set(`file_${files.size + 1}`, lines.split(/\r?\n/));
      const [file] = [...files.keys()].slice(-1);
      return sendJson(response, 200, { id: file, object: "file", expires_at: 4_000_000_000 });
    }
    if (path.endsWith("/batches")) {
      const step = steps?.[0];
      if (step?.does === "fails" || step?.does === "breaks off") {
        // It is refused when it is sent, as a request of its own would be.
        add(requestsIn(body, files)).state = "failed";
        if (step.does === "breaks off") return void response.destroy();
        if (step.retryAfterSeconds !== undefined)
          response.setHeader("retry-after", step.retryAfterSeconds);
        return sendJson(response, step.status, failed("not now"));
      }
      return sendJson(response, 200, shown(add(requestsIn(body, files))));
    }
    const file = /files\/output_([^/]+)\/content$/.exec(path)?.[1];
    const read = file === undefined ? batch : batches.find((one) => one.id === file);
    if (read === undefined) return sendJson(response, 404, failed("there is no such batch"));
    if (isCancel) {
      cancelled.push(id);
      if (read.state === "in progress") read.state = "cancelled";
      return sendJson(response, 200, shown(read));
    }
    if (!isResult) {
      looks += 1;
      return sendJson(response, 200, shown(read));
    }
    reads += 1;
    const line = path.includes("/messages/") ? anthropicLine : openaiLine;
    const lines = read.requests.flatMap((one) => line(one, endOf(read, answerTo(one))));
    const isTwice = read.requests.some(({ id: one }) => stepOf.get(one)?.does === "answers twice");
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.end(
      [...lines, ...(isTwice ? lines : [])].map((one) => `${JSON.stringify(one)}\n`).join(""),
    );
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const at = { baseURL: `${url()}/v1`, apiKey: "k" };
  return {
    url: url(),
    batches,
    cancelled,
    get looks() {
      return looks;
    },
    get reads() {
      return reads;
    },
    get asked() {
      return batches.flatMap(({ requests }) => requests.map(({ body }) => textsIn(body)));
    },
    get atWork() {
      return batches.filter(({ state }) => state === "in progress").length;
    },
    follow(...next) {
      steps = [...next];
    },
    answers(by) {
      answer = by;
    },
    hold() {
      isHeld = true;
    },
    finish(state = "ended") {
      isHeld = false;
      for (const batch of batches) if (batch.state === "in progress") batch.state = state;
    },
    fail: (kind, ...how) => void failures[kind].push(...how),
    anthropic: createAnthropic(at),
    openai: createOpenAI(at),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What became of a request whose batch came to such an end. */
function endOf({ state }: ServedBatch, answer: BatchedAnswer): BatchedAnswer {
  return state === "cancelled" || state === "expired" ? state : answer;
}

function said(step: PeerStep): BatchedAnswer {
  switch (step.does) {
    case "answers":
      return { text: JSON.stringify(step.output), ...(step.usage && { usage: step.usage }) };
    case "answers half": {
      const text = JSON.stringify(step.output);
      return { text: text.slice(0, text.length / 2), ...(step.usage && { usage: step.usage }) };
    }
    case "answers twice":
    case "answers late":
      return { text: JSON.stringify(step.output) };
    case "floods":
      return { text: JSON.stringify({ recommendation: "x".repeat(step.bytes) }) };
    default:
      return "nothing";
  }
}

/** Those of Anthropic stand in the request, those of OpenAI in a file that was sent before. */
function requestsIn(
  text: string,
  files: ReadonlyMap<string, readonly string[]>,
): ServedBatch["requests"] {
  const { requests, input_file_id: file = "" } = JSON.parse(text) as {
    readonly requests?: readonly { readonly custom_id: string; readonly params: Body }[];
    readonly input_file_id?: string;
  };
  if (requests !== undefined) {
    return requests.map(({ custom_id: id, params: body }) => ({ id, body }));
  }
  return (files.get(file) ?? []).map((line) => {
    const { custom_id: id, body } = JSON.parse(line) as { custom_id: string; body: Body };
    return { id, body };
  });
}

function ofAnthropic({ id, requests, state }: ServedBatch, url: string): object {
  const isOver = state !== "in progress";
  return {
    id,
    type: "message_batch",
    processing_status: isOver ? "ended" : "in_progress",
    request_counts: {
      processing: isOver ? 0 : requests.length,
      succeeded: isOver ? requests.length : 0,
      errored: 0,
      canceled: 0,
      expired: 0,
    },
    created_at: "2026-11-30T00:00:00Z",
    expires_at: "2026-12-01T00:00:00Z",
    ended_at: isOver ? "2026-11-30T01:00:00Z" : null,
    cancel_initiated_at: null,
    archived_at: null,
    results_url: isOver ? `${url}/v1/messages/batches/${id}/results` : null,
  };
}

function ofOpenai({ id, requests, state }: ServedBatch): object {
  const isOver = state !== "in progress";
  return {
    id,
    object: "batch",
    endpoint: "/v1/responses",
    status: state === "ended" ? "completed" : state === "in progress" ? "in_progress" : state,
    output_file_id: isOver && state !== "failed" ? `output_${id}` : null,
    error_file_id: null,
    created_at: 1_780_000_000,
    expires_at: 1_780_086_400,
    request_counts: { total: requests.length, completed: isOver ? requests.length : 0, failed: 0 },
    errors:
      state === "failed" ? { data: [{ code: "invalid", message: "the file is too large" }] } : null,
  };
}

function anthropicLine(
  { id, body }: ServedBatch["requests"][number],
  answer: BatchedAnswer,
): object[] {
  if (answer === "nothing") return [];
  if (answer === "cancelled") return [{ custom_id: id, result: { type: "canceled" } }];
  if (answer === "expired") return [{ custom_id: id, result: { type: "expired" } }];
  if ("error" in answer) {
    const error = {
      type: "error",
      error: { type: "invalid_request_error", message: answer.error },
    };
    return [{ custom_id: id, result: { type: "errored", error } }];
  }
  const message = anthropic.bodyOf({ model: String(body["model"]), ...answer });
  return [{ custom_id: id, result: { type: "succeeded", message } }];
}

function openaiLine(
  { id, body }: ServedBatch["requests"][number],
  answer: BatchedAnswer,
): object[] {
  if (answer === "nothing") return [];
  if (answer === "cancelled" || answer === "expired") {
    const error = { code: `batch_${answer}`, message: `this request was ${answer}` };
    return [{ id: "x", custom_id: id, response: null, error }];
  }
  if ("error" in answer) {
    const { error: message, status = 400 } = answer;
    const response = {
      status_code: status,
      request_id: "r",
      body: { error: { message, code: "bad" } },
    };
    return [{ id: "x", custom_id: id, response, error: null }];
  }
  const whole = responses.bodyOf({ model: String(body["model"]), ...answer });
  return [
    {
      id: "x",
      custom_id: id,
      response: { status_code: 200, request_id: "r", body: whole },
      error: null,
    },
  ];
}

function failed(message: string): object {
  return { type: "error", error: { message, type: "some_error", code: "some_error" } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

/** Every text in a value, one below the other. */
function textsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return "";
  return Object.values(value).map(textsIn).join("\n");
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
