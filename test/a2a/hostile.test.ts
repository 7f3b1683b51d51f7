import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { agent, supervisor, type AgentResult, type RunEvent } from "../../src/index.ts";
import { a2aAgent } from "../../src/a2a/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { data, text } from "./sdk-client.ts";
import { sdkServer, type SdkServer, type SdkServerOptions, type Working } from "./sdk-server.ts";

const answered = (working: Working): void => {
  working.artifact([data({ recommendation: "ship" })]);
  working.tell("TASK_STATE_COMPLETED");
};

// What the official server prints of what it was made to do.
beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

interface Asking {
  readonly options?: object;
  readonly task?: unknown;
  readonly emitted?: unknown[];
}

/** Asks a peer beside an agent that has nothing to do with it. */
async function ask(
  server: Pick<SdkServer, "at">,
  { options = {}, task = "task", emitted = [] }: Asking = {},
): Promise<{ readonly result: AgentResult; readonly log: readonly RunEvent[] }> {
  const remote = a2aAgent({
    name: "remote",
    url: server.at,
    allowPrivate: true,
    retries: 0,
    pollMs: 2,
    ...options,
  });
  const other = agent({ name: "other", run: () => ({ recommendation: "hold" }) });
  const team = supervisor({ name: "team", agents: { remote, other } as never });
  const stream = team.stream(task as never);
  for await (const event of stream) {
    if (event.type === "call.progress") emitted.push(event.value);
  }
  const { results } = await stream.outcome;
  const all = results as unknown as Readonly<Record<string, AgentResult>>;
  expect(all["other"]).toMatchObject({ status: "ok" });
  const result = all["remote"];
  if (result === undefined) throw new Error("it has no result");
  const log = (await team.backend.store.read(stream.runId)) as readonly RunEvent[];
  return { result, log };
}

/** The one sentence that an attempt failed with. */
async function whyNot(server: Pick<SdkServer, "at">, asking: Asking = {}): Promise<string> {
  const { result } = await ask(server, asking);
  if (result.status !== "failed") throw new Error(`it is ${result.status}`);
  expect(result.error.message).not.toContain("\n");
  expect(result.error.message).not.toContain("\u001B");
  return result.error.message;
}

type CardJson = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- a card is what each test makes of it

describe("a card that is not as it should be is one sentence, and nobody is asked", () => {
  it.each<[string, (card: CardJson, at: string) => unknown, RegExp]>([
    ["no JSON", () => "<html>", /malformed: it is not JSON/],
    ["no object", () => [], /malformed: it is not an object/],
    ["without a name", (card) => ({ ...card, name: 7 }), /malformed: it has no name/],
    [
      "without interfaces",
      ({ name }) => ({ name }),
      /malformed: it has no list supportedInterfaces/,
    ],
    [
      "of an earlier A2A",
      ({ name }) => ({ name, url: "http://x", protocolVersion: "0.3.0" }),
      /its agent card offers A2A 0\.3\.0 \(JSONRPC\), and this agent speaks only A2A 1\.x/,
    ],
    [
      "of an A2A that did not say its version yet",
      ({ name }) => ({ name, url: "http://x" }),
      /its agent card offers a version before 0\.3 \(JSONRPC\), and this agent speaks only A2A 1\.x/,
    ],
    [
      "whose interfaces are of an earlier A2A",
      (card) => ({
        ...card,
        supportedInterfaces: [
          { url: "http://x", protocolBinding: "JSONRPC", protocolVersion: "0.3" },
        ],
      }),
      /offers JSONRPC 0\.3, and this agent speaks JSONRPC and HTTP\+JSON of version 1/,
    ],
    [
      "with no interface that is spoken",
      (card) => ({
        ...card,
        supportedInterfaces: [
          { url: "x", protocolBinding: "GRPC\u001b[31m", protocolVersion: "1.0" },
        ],
      }),
      /offers GRPC\[31m 1\.0, and this agent speaks/,
    ],
    [
      "with what is no address",
      (card) => ({
        ...card,
        supportedInterfaces: [{ ...card["supportedInterfaces"][0], url: "file:///etc/passwd" }],
      }),
      /malformed: the url of an interface is file/,
    ],
    [
      "that requires an extension",
      (card) => ({ ...card, capabilities: { extensions: [{ uri: "urn:pay", required: true }] } }),
      /requires the extension urn:pay/,
    ],
    [
      "that sends to another origin",
      (card) => ({
        ...card,
        supportedInterfaces: [
          { ...card["supportedInterfaces"][0], url: "https://evil.example/rpc" },
        ],
      }),
      /points to https:\/\/evil\.example, which is not its own origin/,
    ],
    [
      "that is larger than a card",
      (card) => ({ ...card, description: "x".repeat(2_000_000) }),
      /its agent card is larger than 1048576 bytes; have it shortened there/,
    ],
  ])("%s", async (_, card, why) => {
    await using server = await sdkServer({
      work: answered,
      card: card as SdkServerOptions["card"] & {},
    });
    expect(await whyNot(server)).toMatch(why);
    expect(server.called).toEqual(["/.well-known/agent-card.json"]);
  });

  it("is not there, which is told once, with where one could be", async () => {
    let asked = 0;
    await using server = await sdkServer({
      work: answered,
      before(request, response) {
        asked += 1;
        response.writeHead(404).end("nothing here");
        return request.method === "GET";
      },
    });
    const why = await whyNot(server, { options: { retries: 3 } });
    expect(why).toMatch(
      /^remote: there is no agent card at its url \(http:\/\/127\.0\.0\.1:\d+ answered with HTTP 404\); give the address/,
    );
    expect(asked).toBe(1);
  });

  it("has no skill of that name", async () => {
    await using server = await sdkServer({ work: answered });
    expect(await whyNot(server, { options: { skill: "cook" } })).toMatch(
      /no skill "cook"; it has review/,
    );
  });

  it("is refused when the agent is described, where the user has written it", () => {
    expect(() => a2aAgent({ name: "far", card: { name: "x" } })).toThrow(
      /a2aAgent "far": its agent card is malformed/,
    );
    expect(() => a2aAgent({ name: "far" })).toThrow(/has no url; give either url or card/);
    expect(() => a2aAgent({ name: "far", url: "http://127.0.0.1:1" })).toThrow(/is not public/);
    expect(() => a2aAgent({ name: "far", url: "https://u:secret@a.example" })).toThrow(
      /has a name or a password in it/,
    );
  });
});

describe("a peer that leads elsewhere", () => {
  it.each(["GET", "POST"])(
    "by a redirect of a %s to another origin is not followed",
    async (method) => {
      let reached = 0;
      const elsewhere = createServer((_request, response) => {
        reached += 1;
        response.end("{}");
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
      const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
      await using server = await sdkServer({
        work: answered,
        before(request, response) {
          if (request.method !== method) return false;
          response.writeHead(307, { Location: location }).end();
          return true;
        },
      });
      const why = await whyNot(server, {
        options: { headers: { authorization: "Bearer our-own-secret" } },
      });
      expect(why).toMatch(/redirects \(HTTP 307\) to another origin/);
      expect(reached).toBe(0);
      elsewhere.close();
    },
  );

  it("by its card is asked there where the user has named that origin, with the same headers", async () => {
    const seen: unknown[] = [];
    await using api = await sdkServer({
      work: answered,
      before: (request) => {
        seen.push(request.headers["authorization"]);
        return false;
      },
    });
    await using server = await sdkServer({
      work: answered,
      card: (card) => ({
        ...card,
        supportedInterfaces: [
          { url: `${api.at}/rpc`, protocolBinding: "JSONRPC", protocolVersion: "1.0" },
        ],
      }),
    });
    const headers = { authorization: "Bearer our-own-secret" };
    const { result } = await ask(server, { options: { origins: [api.at], headers } });
    expect(result).toMatchObject({ status: "ok", output: { recommendation: "ship" } });
    expect(seen).toEqual(["Bearer our-own-secret"]);
  });
});

describe("a peer that does not keep to it", () => {
  it.each(["GET", "POST"])(
    "never answers a %s, and is left when the time is over",
    async (method) => {
      const closed = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      await using server = await sdkServer({
        work: answered,
        before(request, response) {
          if (request.method !== method) return false;
          response.on("close", closed.resolve);
          reached.resolve();
          return true;
        },
      });
      const clock = virtualClock();
      const remote = a2aAgent({
        name: "remote",
        url: server.at,
        allowPrivate: true,
        retries: 0,
        graceMs: 20,
      });
      const team = supervisor({ name: "team", agents: { remote }, clock, timeoutMs: 1_000 });
      const running = team.run("task");
      await reached.promise;
      await clock.advance(600_000);
      const { results } = await running;
      expect(results.remote).toMatchObject({ status: "failed", error: { code: "TIMEOUT" } });
      await closed.promise;
    },
  );

  it("says back what it was sent in its errors, in which no secret is left", async () => {
    await using server = await sdkServer({
      work: answered,
      before(request, response) {
        if (request.method === "GET") return false;
        response.writeHead(500).end(`no: ${request.headers["authorization"]}`);
        return true;
      },
    });
    const why = await whyNot(server, {
      options: { headers: { authorization: "Bearer our-own-secret" } },
    });
    expect(why).toMatch(/HTTP 500; it said: no: \[redacted\]/);
  });

  it("sends without end, and is left and told to stop where it is too much", async () => {
    let stopped = false;
    await using server = await sdkServer({
      async work(working) {
        while (!working.cancelled.aborted) {
          working.artifact([text("x".repeat(4_096))], { append: true });
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      onCancel: () => (stopped = true),
    });
    const { result } = await ask(server, { options: { maxBytes: 8_192 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "OUTPUT_TOO_LARGE" } });
    expect(stopped).toBe(true);
  });

  it("sends its answer in more pieces than anybody reads", async () => {
    await using server = await sdkServer({
      work(working) {
        working.artifact(Array.from({ length: 9_990 }, () => data(1)));
        for (let n = 0; n < 20; n++) working.artifact([data(1)], { append: true });
        working.tell("TASK_STATE_COMPLETED");
      },
    });
    expect(await whyNot(server)).toMatch(/more than 10,000 parts/);
  });

  it("lies about the size of its answer", async () => {
    await using server = await sdkServer({
      work: answered,
      streaming: false,
      before(request, response) {
        if (request.method === "GET") return false;
        response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 10 ** 12 });
        response.write("{");
        return true;
      },
    });
    expect(await whyNot(server)).toMatch(/larger than \d+ bytes/);
  });

  it("answers with what is no answer to that request", async () => {
    await using server = await sdkServer({
      work: answered,
      streaming: false,
      before(request, response) {
        if (request.method === "GET") return false;
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify({ jsonrpc: "2.0", id: 999, result: { task: { id: "x" } } }));
        return true;
      },
    });
    expect(await whyNot(server)).toMatch(/peer failed: JSON-RPC response ID mismatch/);
  });

  it("tells of a task of somebody else, which changes nothing of this one", async () => {
    await using server = await sdkServer({
      streaming: false,
      work: answered,
      before(request, response, body) {
        if (request.method === "GET") return false;
        const { id, method } = JSON.parse(body) as { id: number; method: string };
        if (method !== "GetTask") return false;
        const status = { state: "TASK_STATE_COMPLETED" };
        const parts = [{ data: { recommendation: "steal" } }];
        const task = {
          id: "another",
          contextId: "c",
          status,
          artifacts: [{ artifactId: "a", parts }],
        };
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify({ jsonrpc: "2.0", id, result: task }));
        return true;
      },
    });
    expect(await whyNot(server)).toMatch(/another task/);
  });

  it("has a task whose id is none", async () => {
    await using server = await sdkServer({
      streaming: false,
      work: answered,
      before(request, response, body) {
        if (request.method === "GET") return false;
        const { id } = JSON.parse(body) as { id: number };
        response.setHeader("Content-Type", "application/json");
        response.end(
          JSON.stringify({
            jsonrpc: "2.0",
            id,
            result: { task: { id: "x".repeat(2_000), status: { state: "TASK_STATE_WORKING" } } },
          }),
        );
        return true;
      },
    });
    expect(await whyNot(server)).toMatch(/a task without a usable id/);
  });
});

describe("a task", () => {
  it.each<[string, (working: Working) => void, RegExp, number]>([
    [
      "failed",
      (working) => working.tell("TASK_STATE_FAILED", "out of\ncoffee"),
      /failed the task: out of coffee/,
      2,
    ],
    [
      "rejected",
      (working) => working.tell("TASK_STATE_REJECTED", "not my job"),
      /rejected the task: not my job/,
      1,
    ],
    [
      "cancelled there",
      (working) => working.tell("TASK_STATE_CANCELED"),
      /its peer cancelled the task/,
      1,
    ],
    ["without anything", (working) => working.tell("TASK_STATE_COMPLETED"), /nothing in it/, 2],
  ])(
    "that ends %s is a failure, and is asked again where that may help",
    async (_, work, why, asked) => {
      await using server = await sdkServer({ work });
      expect(await whyNot(server, { options: { retries: 1, backoff: { baseMs: 0 } } })).toMatch(
        why,
      );
      expect(server.begun()).toBe(asked);
    },
  );

  it("that ends with a question that nobody answers is a failure with what was asked, and is not left waiting", async () => {
    let cancelled = false;
    await using server = await sdkServer({
      work: (working) => working.tell("TASK_STATE_INPUT_REQUIRED", "Which branch? Name one."),
      onCancel: () => (cancelled = true),
    });
    expect(await whyNot(server, { options: { retries: 3 } })).toMatch(
      /its peer asked a question, and the agent has no reply function: Which branch\? Name one; answer the question in prompt, or give reply/,
    );
    expect(server.begun()).toBe(1);
    expect(cancelled).toBe(true);
  });

  it("that ends with a question that reply answers goes on as the same task", async () => {
    await using server = await sdkServer({
      work(working) {
        const [part] = working.message.parts;
        if (part?.content?.value === "main") return answered(working);
        working.tell("TASK_STATE_INPUT_REQUIRED", "Which branch?");
      },
    });
    const asked: unknown[] = [];
    const reply = (question: { readonly text: string }, task: unknown) => {
      asked.push([question.text, task]);
      return "main";
    };
    const { result } = await ask(server, { options: { reply } });
    expect(result).toMatchObject({ status: "ok", output: { recommendation: "ship" } });
    expect(asked).toEqual([["Which branch?", "task"]]);
    expect(server.begun()).toBe(1);
  });
});

describe("what is sent and told", () => {
  it("is not said to be the peer's fault where prompt or reply fails", async () => {
    await using server = await sdkServer({
      work: (working) => working.tell("TASK_STATE_INPUT_REQUIRED", "Which branch?"),
    });
    const fails = (): never => {
      throw new Error("mine");
    };
    expect(await whyNot(server, { options: { prompt: fails } })).toBe(
      "the prompt of remote failed: mine",
    );
    expect(await whyNot(server, { options: { reply: fails } })).toBe(
      "the reply of remote failed: mine",
    );
  });

  it("is a text, or the task as data where the skill takes JSON; what the peer tells is progress; what it used is on the bill", async () => {
    const seen: unknown[] = [];
    await using server = await sdkServer({
      work(working) {
        seen.push([working.message.parts[0]?.content, working.message.metadata]);
        working.tell("TASK_STATE_WORKING", "reading");
        working.artifact([text('{"recommendation":')], { append: false });
        working.artifact([text('"ship"}')], { append: true });
        working.tell("TASK_STATE_COMPLETED", undefined, {
          usage: [{ model: "m", usdMicros: 5, inputTokens: 1, outputTokens: 2 }, {}],
        });
      },
    });
    const emitted: unknown[] = [];
    const output = {
      "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
    };
    const { result } = await ask(server, {
      task: { diff: "x" },
      emitted,
      options: { skill: "review", output },
    });
    expect(result).toMatchObject({ status: "ok", output: { recommendation: "ship" } });
    // Of one of the two parts nothing is known.
    expect(result).toMatchObject({ cost: { usdMicros: "unknown", atLeast: { usdMicros: 5 } } });
    expect(emitted).toContainEqual({ state: "working", text: "reading" });
    await ask(server, { task: { diff: "x" } });
    expect(seen[0]).toEqual([{ $case: "data", value: { diff: "x" } }, { skillId: "review" }]);
    expect(JSON.stringify(seen[1])).toContain('"$case":"text"');
  });
});
