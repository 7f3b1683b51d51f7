import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server as HttpServer,
} from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import {
  agent,
  human,
  memory,
  supervisor,
  unanimous,
  type Backend,
  type RunEvent,
} from "../../src/index.ts";
import { server, type Server, type ServerOptions } from "../../src/server/index.ts";

export const TOKEN = "t".repeat(40);

/** What an agent of the tests is to do is said by the task. */
export interface Task {
  /** What the two agents recommend. */
  readonly says?: readonly [string, string];
  /** The second one answers when it is let. */
  readonly holds?: boolean;
}

/** A team of two, which asks a person where they differ. */
export function gate(backend: Backend = memory({ resumable: true })) {
  const waiting: (() => void)[] = [];
  const asked: string[] = [];
  const first = agent({
    name: "first",
    run(task: Task) {
      asked.push("first");
      return { recommendation: task.says?.[0] ?? "ship" };
    },
  });
  const second = agent({
    name: "second",
    needs: { first },
    async run(task: Task, { signal }) {
      asked.push("second");
      if (task.holds === true) {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      return { recommendation: task.says?.[1] ?? "ship" };
    },
  });
  const team = supervisor({
    name: "gate",
    agents: { first, second },
    resolve: [unanimous(), human()],
    retries: 0,
    backend,
  });
  const letGo = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { team, asked, letGo, waiting };
}

export interface Served extends AsyncDisposable {
  readonly api: Server;
  readonly at: string;
  readonly port: number;
  readonly ask: (method: string, path: string, given?: AskedWith) => Promise<Said>;
  readonly events: (path: string, given?: AskedWith) => AsyncGenerator<SseEvent, void>;
}

export interface AskedWith {
  /** `null`: without a token. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** As it is, in place of JSON. */
  readonly raw?: string;
}

export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: any; // oxlint-disable-line typescript/no-explicit-any -- what it is, each test says
}

export interface SseEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

/** A server at a port of this machine. */
export async function serve(options: ServerOptions): Promise<Served> {
  const api = await server({ tokens: [{ token: TOKEN, name: "tests" }], ...options });
  const http = createAdaptorServer({
    fetch: api.fetch,
    overrideGlobalObjects: false,
  }) as HttpServer;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}`;
  const ask: Served["ask"] = (method, path, given = {}) => askAt(port, method, path, given);
  return {
    api,
    at,
    port,
    ask,
    events: (path, given = {}) => eventsAt(`${at}${path}`, given),
    async [Symbol.asyncDispose]() {
      await api.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** By Node's own client: that of the Fetch standard lets nobody say another Host, Origin or Cookie. */
function askAt(port: number, method: string, path: string, given: AskedWith): Promise<Said> {
  const { token = TOKEN, headers = {}, body, raw } = given;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: {
          ...(token !== null && { Authorization: `Bearer ${token}` }),
          ...(content !== undefined && {
            "Content-Type": "application/json",
            "Content-Length": Buffer.byteLength(content),
          }),
          ...headers,
        },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("error", reject);
        answer.on("end", () => {
          const isJson = answer.headers["content-type"]?.includes("json") === true;
          const json: unknown = isJson ? JSON.parse(text) : undefined;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
        });
      },
    );
    sent.on("error", reject);
    sent.end(content);
  });
}

async function* eventsAt(
  url: string,
  { token = TOKEN, headers = {} }: AskedWith,
): AsyncGenerator<SseEvent, void> {
  const leaving = new AbortController();
  const answer = await fetch(url, {
    signal: leaving.signal,
    headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}`, ...headers },
  });
  if (answer.status !== 200 || answer.body === null)
    throw new Error(`${answer.status} ${await answer.text()}`);
  try {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const part of answer.body) {
      rest += decoder.decode(part as Uint8Array, { stream: true });
      const blocks = rest.split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const fields = new Map(
          block
            .split("\n")
            .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
        );
        const [id, event, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
        if (data === undefined) continue;
        yield { ...(id !== undefined && { id }), ...(event !== undefined && { event }), data };
      }
    }
  } finally {
    leaving.abort();
  }
}

/** Begins a run, and gives its id. */
export async function begin(
  served: Served,
  input: Task = {},
  given: AskedWith = {},
): Promise<string> {
  const { status, json, text } = await served.ask("POST", "/api/runs", {
    ...given,
    body: { team: "gate", input },
  });
  if (status !== 201) throw new Error(`${status} ${text}`);
  return json.runId as string;
}

/** Waits until the log of a run has an event of this type. */
export async function until(
  backend: Backend,
  runId: string,
  type: RunEvent["type"],
): Promise<RunEvent> {
  for await (const event of backend.store.follow(runId)) if (event.type === type) return event;
  throw new Error(`run ${runId} has ended without ${type}`);
}
