import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { httpAgent, type HttpAnswer } from "../../src/http/index.ts";
import { agent, supervisor } from "../../src/index.ts";
import { answerOf, askBeside, failureOf } from "./ask.ts";
import { httpServer, untrustedServer } from "./raw-server.ts";

const Review = z.object({ recommendation: z.enum(["ship", "hold"]) });

/** What was asked, and how. */
interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A server that notes what it is asked, and answers each time with the next of these bodies, the last one from then on. */
async function noting(
  ...bodies: readonly string[]
): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const { url } = await httpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      const body = bodies[Math.min(seen.length, bodies.length - 1)];
      seen.push({ method, path, headers, body: Buffer.concat(parts).toString() });
      response.setHeader("content-type", "application/json");
      response.end(body);
    });
  });
  return { url, seen };
}

const local = { allowPrivate: true, retries: 0 } as const;

describe("an endpoint as an agent", () => {
  it("is asked by POST with the task as JSON, and its JSON is the answer", async () => {
    const { url, seen } = await noting('{"recommendation":"hold"}');
    expect(await answerOf(httpAgent({ name: "a", url, ...local }), { diff: "é" })).toEqual({
      recommendation: "hold",
    });
    expect(seen).toMatchObject([
      {
        method: "POST",
        path: "/agent",
        headers: { "content-type": "application/json", "accept-encoding": "identity" },
        body: '{"task":{"diff":"é"}}',
      },
    ]);
  });

  it("is named after its host where it has no name", () => {
    expect(httpAgent({ url: "https://agents.example:8443/review" }).name).toBe(
      "agents.example:8443",
    );
    expect(httpAgent({ url: new URL("https://agents.example/") }).name).toBe("agents.example");
  });

  it("answers with a text where it is not said to be JSON", async () => {
    const { url } = await httpServer((_, response) => response.end('\uFEFF{"a":1}'));
    expect(await answerOf(httpAgent({ name: "a", url, ...local }))).toBe('{"a":1}');
    const read = httpAgent({ name: "a", url, output: z.object({ a: z.number() }), ...local });
    expect(await answerOf(read)).toEqual({ a: 1 });
  });

  it("is told what those answered whose results it may see", async () => {
    const { url, seen } = await noting('"ship"');
    const first = agent({ name: "first", run: () => ({ risk: 3 }) });
    const second = httpAgent({ name: "second", needs: { first }, url, ...local });
    await supervisor({ name: "team", agents: { first, second } }).run("go");
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      task: "go",
      results: { first: { status: "ok", output: { risk: 3 } } },
    });
  });

  it("is asked what its body says: a value as JSON, a text as it is", async () => {
    const { url, seen } = await noting('"ship"');
    const value = httpAgent({
      name: "value",
      url,
      model: "m-1",
      body: (task, { model, attempt }) => ({ model: String(model), attempt, q: String(task) }),
      ...local,
    });
    await answerOf(value, "x");
    await answerOf(
      httpAgent({ name: "text", url, body: (task) => `<q>${String(task)}</q>`, ...local }),
      "x",
    );
    expect(seen.map(({ headers, body }) => [headers["content-type"], body])).toEqual([
      ["application/json", '{"model":"m-1","attempt":1,"q":"x"}'],
      ["text/plain; charset=utf-8", "<q>x</q>"],
    ]);
  });

  it("gets what was wrong with its answer at the end of a body that is a text", async () => {
    const { url, seen } = await noting('{"recommendation":"perhaps"}', '{"recommendation":"ship"}');
    const asking = httpAgent({
      name: "a",
      url,
      output: Review,
      body: () => "ship or hold?",
      allowPrivate: true,
      retries: 1,
      backoff: { baseMs: 0 },
    });
    expect(await answerOf(asking)).toEqual({ recommendation: "ship" });
    expect(seen[1]?.body).toMatch(
      /^ship or hold\?\n\nYour last answer was refused.*recommendation/s,
    );
  });

  it("is asked by GET with a query that nothing of the task gets out of", async () => {
    const { url, seen } = await noting('"ship"');
    const asking = httpAgent({
      name: "a",
      url: `${url}?v=1`,
      method: "GET",
      query: (task) => ({ q: String(task), n: 2, deep: true, left: undefined }),
      ...local,
    });
    await answerOf(asking, "a&b=c#d/../é");
    expect(seen).toMatchObject([
      { method: "GET", path: "/agent?v=1&q=a%26b%3Dc%23d%2F..%2F%C3%A9&n=2&deep=true", body: "" },
    ]);
  });

  it("has the same idempotency key in each attempt at one request, and another for another task", async () => {
    const keys: unknown[] = [];
    const { url } = await httpServer((request, response) => {
      keys.push(request.headers["idempotency-key"]);
      response.writeHead(keys.length === 1 ? 500 : 200).end("ship");
    });
    const asking = httpAgent({
      name: "a",
      url,
      allowPrivate: true,
      retries: 1,
      backoff: { baseMs: 0 },
    });
    await answerOf(asking, "one");
    await answerOf(asking, "two");
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[\x21-\x7e]{16,}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("reads what its reader says of a status, headers and a text", async () => {
    const { url } = await noting('{"choices":[{"text":"ship"}],"usage":{"in":20,"out":9}}');
    const reading = httpAgent({
      name: "a",
      url,
      read: ({ text, status, headers }) => {
        const { choices } = JSON.parse(text) as {
          readonly choices: readonly { readonly text: string }[];
        };
        return { recommendation: choices[0]?.text, status, type: headers.get("content-type") };
      },
      usage: ({ text }) => {
        const { usage } = JSON.parse(text) as {
          readonly usage: Readonly<Record<"in" | "out", number>>;
        };
        return { inputTokens: usage.in, outputTokens: usage.out, usdMicros: 120 };
      },
      ...local,
    });
    const { result } = await askBeside(reading);
    expect(result).toMatchObject({
      output: { recommendation: "ship", status: 200, type: "application/json" },
      cost: { inputTokens: 20, outputTokens: 9, usdMicros: 120 },
    });
  });

  it("fails with what its reader throws, and is charged for what it used", async () => {
    const { url } = await noting("{}");
    const { result } = await askBeside(
      httpAgent({
        name: "a",
        url,
        read: () => {
          throw new TypeError("no choices");
        },
        usage: () => ({ usdMicros: 7 }),
        ...local,
      }),
    );
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "AGENT_FAILED", message: "a: its answer cannot be read: no choices" },
      cost: { usdMicros: 7 },
    });
  });

  it("does not know what an answer cost whose usage cannot be told, and counts it", async () => {
    const { url } = await noting('"ship"');
    const usage = (): never => {
      throw new Error("no usage");
    };
    const asking = httpAgent({ name: "a", url, usage, ...local });
    const { result, log } = await askBeside(asking);
    expect(result).toMatchObject({ status: "ok", output: "ship", cost: { usdMicros: "unknown" } });
    expect(log).toContainEqual(
      expect.objectContaining({
        type: "report.refused",
        agent: "a",
        detail: "is not known, as usage() failed: no usage",
      }),
    );
    const { notices } = await supervisor({ name: "team", agents: { a: asking } }).run("task");
    expect(notices).toContainEqual(
      expect.objectContaining({
        code: "report-unread",
        level: "warn",
        message: expect.stringContaining("usage() failed: no usage"),
      }),
    );
  });
});

describe("a header", () => {
  it("is a text, a variable of this process, or what a function makes for each attempt", async () => {
    vi.stubEnv("QUORATE_TEST_TOKEN", "t-1");
    const { url, seen } = await noting("{", '"ship"');
    let made = 0;
    const asking = httpAgent({
      name: "a",
      url,
      headers: {
        "X-Plain": "p",
        authorization: { env: "QUORATE_TEST_TOKEN", prefix: "Bearer " },
        "x-made": async () => `m-${++made}`,
        accept: "text/plain",
      },
      allowPrivate: true,
      retries: 1,
      backoff: { baseMs: 0 },
    });
    await answerOf(asking);
    vi.unstubAllEnvs();
    expect(seen.map(({ headers }) => headers)).toMatchObject([
      { "x-plain": "p", authorization: "Bearer t-1", "x-made": "m-1", accept: "text/plain" },
      { authorization: "Bearer t-1", "x-made": "m-2" },
    ]);
  });

  it("that needs a variable which is not set fails for good, with its name", async () => {
    const { url, seen } = await noting('"ship"');
    const asking = httpAgent({
      name: "a",
      url,
      headers: { authorization: { env: "QUORATE_TEST_NO_SUCH_VARIABLE" } },
      allowPrivate: true,
      retries: 3,
    });
    expect(await failureOf(asking)).toMatchObject({
      message:
        "a: its header authorization needs the variable QUORATE_TEST_NO_SUCH_VARIABLE, which is not set; set it",
    });
    expect(seen).toEqual([]);
  });

  it("whose function makes two lines fails for good, and does not show them", async () => {
    const { url, seen } = await noting('"ship"');
    const headers = { "x-key": () => "secret\r\nx-other: 1" };
    const { message } = await failureOf(
      httpAgent({ name: "a", url, headers, allowPrivate: true, retries: 3 }),
    );
    expect(message).toBe("a: its header x-key is not a valid header; make it a text of one line");
    expect(seen).toEqual([]);
  });

  it("whose function never answers is left when the run is cancelled", async () => {
    const { url, seen } = await noting('"ship"');
    const asked = Promise.withResolvers<void>();
    const headers = {
      "x-key": () => {
        asked.resolve();
        return new Promise<string>(() => {});
      },
    };
    const caller = new AbortController();
    const running = askBeside(httpAgent({ name: "a", url, headers, ...local }), {
      signal: caller.signal,
    });
    await asked.promise;
    const reason = new Error("the caller went home");
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(seen).toEqual([]);
  });
});

describe("a stream", () => {
  const streaming = async (type: string, ...parts: readonly string[]): Promise<string> => {
    const { url } = await httpServer((_, response) => {
      response.writeHead(200, { "content-type": type });
      const [first = "", ...others] = parts;
      response.write(first);
      const next = (): void => {
        const part = others.shift();
        if (part === undefined) response.end();
        else response.write(part, () => setImmediate(next));
      };
      setImmediate(next);
    });
    return url;
  };

  const progressIn = async (url: string, more: object = {}) => {
    const odd = httpAgent({ name: "odd", url, ...local, ...more });
    const seen: unknown[] = [];
    const team = supervisor({
      name: "team",
      agents: { odd },
      onEvent: (event) => {
        if (event.type === "call.progress") seen.push(event.value);
      },
    });
    const { results } = await team.run("task");
    return { seen, result: results.odd };
  };

  it("of server-sent events shows each as progress, and the last is the answer", async () => {
    const url = await streaming(
      "text/event-stream; charset=utf-8",
      ': hello\r\nevent: step\r\ndata: {"step":\r',
      "\ndata: 1}\r\n\r\nid: 7\ndata:plain é\n\nda",
      'ta: {"recommendation":"ship"}\n\ndata: [DONE]\n\n',
    );
    const { seen, result } = await progressIn(url, { output: Review });
    expect(seen).toEqual([{ step: 1 }, "plain é", { recommendation: "ship" }]);
    expect(result).toMatchObject({ status: "ok", output: { recommendation: "ship" } });
  });

  it("of lines shows each as progress, and the last is the answer, ended or not", async () => {
    const url = await streaming(
      "application/x-ndjson",
      '{"step":1}\n\n{"st',
      'ep":2}\r\n"sh',
      'ip"',
    );
    const { seen, result } = await progressIn(url);
    expect(seen).toEqual([{ step: 1 }, { step: 2 }, "ship"]);
    expect(result).toMatchObject({ output: "ship" });
  });

  it("is read with all of its events where somebody says how", async () => {
    const url = await streaming(
      "text/event-stream",
      'data: {"d":"sh"}\n\n',
      'data: {"d":"ip"}\n\n',
    );
    const read = ({ events }: HttpAnswer) =>
      events.map((event) => (event as { readonly d: string }).d).join("");
    const { result } = await progressIn(url, { read });
    expect(result).toMatchObject({ output: "ship" });
  });

  it("that says nothing has an empty text as its answer", async () => {
    const url = await streaming("text/event-stream", ": nothing\n\n");
    const { result } = await progressIn(url, { output: Review });
    expect(result).toMatchObject({ status: "failed", error: { code: "OUTPUT_INVALID" } });
  });
});

describe("an answer that is no text", () => {
  it.each([
    ["a picture", "image/png", Buffer.from([0x89, 0x50, 0x4e, 0x47])],
    ["a picture that happens to be text", "image/svg+xml", Buffer.from("<svg/>")],
    ["bytes that are no UTF-8", "application/octet-stream", Buffer.from([0xff, 0xfe, 0x00])],
    ["half a character", "text/plain", Buffer.from("é").subarray(0, 1)],
    ["another character set", "text/plain; charset=iso-8859-1", Buffer.from("café", "latin1")],
  ])("fails in one sentence, once, where it is %s", async (_, type, body) => {
    let asked = 0;
    const { url } = await httpServer((_request, response) => {
      asked += 1;
      response.setHeader("content-type", type);
      response.end(body);
    });
    const { code, message } = await failureOf(
      httpAgent({ name: "a", url, allowPrivate: true, retries: 3 }),
    );
    expect([code, message]).toEqual([
      "AGENT_FAILED",
      `the answer to a is not a text in UTF-8 (${type}); have the endpoint answer with text or JSON`,
    ]);
    expect(asked).toBe(1);
  });

  it("is one all the same where a character comes in two pieces", async () => {
    const { url } = await httpServer((_request, response) => {
      const body = Buffer.from('"é"');
      response.setHeader("content-type", "application/json");
      response.write(body.subarray(0, 2), () => response.end(body.subarray(2)));
    });
    expect(await answerOf(httpAgent({ name: "a", url, ...local }))).toBe("é");
  });
});

describe("a connection that is not secure", () => {
  it("says that the certificate is not trusted, and how to mend that, and is not tried again", async () => {
    const { url, connections } = await untrustedServer((_, response) => response.end('"ship"'));
    const { result } = await askBeside(
      httpAgent({ name: "a", url, allowPrivate: true, retries: 3 }),
    );
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
    expect(result).toHaveProperty(
      "error.message",
      `a has no secure connection to ${new URL(url).origin} (DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate); renew its certificate, or name its authority in NODE_EXTRA_CA_CERTS`,
    );
    await expect.poll(() => connections.size).toBe(0);
  });

  it("says that there may be no https where there is none", async () => {
    const { url } = await httpServer((_, response) => response.end('"ship"'));
    const { message } = await failureOf(
      httpAgent({ name: "a", url: url.replace(/^http:/, "https:"), ...local }),
    );
    expect(message).toMatch(/^a has no secure connection to .*check that it speaks https/);
  });
});

describe("a status that is no answer", () => {
  it.each([
    [400, 1],
    [404, 1],
    [500, 2],
    [503, 2],
  ])(
    "%i is tried %i times at one retry, and what the server says is shown",
    async (status, attempts) => {
      const { url } = await httpServer((_, response) =>
        response.writeHead(status).end("not today"),
      );
      const { result } = await askBeside(
        httpAgent({ name: "a", url, allowPrivate: true, retries: 1, backoff: { baseMs: 0 } }),
      );
      expect(result).toMatchObject({ status: "failed", attempts });
      const { origin } = new URL(url);
      expect(result).toHaveProperty(
        "error.message",
        `a: ${origin} answered with HTTP ${status}; it said: not today`,
      );
    },
  );

  it("says that a quota is used up, which no waiting mends", async () => {
    const { url } = await httpServer((_, response) =>
      response.writeHead(429).end('{"error":{"code":"insufficient_quota"}}'),
    );
    const { result } = await askBeside(
      httpAgent({ name: "a", url, allowPrivate: true, retries: 3 }),
    );
    expect(result).toMatchObject({ status: "failed", attempts: 1 });
  });

  it("says for how long it is to be left alone, where that is too long", async () => {
    const { url } = await httpServer((_, response) =>
      response.writeHead(429, { "retry-after": "120" }).end("later"),
    );
    const { message } = await failureOf(
      httpAgent({ name: "a", url, allowPrivate: true, retries: 3 }),
    );
    expect(message).toMatch(
      /HTTP 429; it said: later; it asks to wait 120000 ms, longer than backoff\.maxRetryAfterMs, which is 60000 ms$/,
    );
  });

  it("may say nothing", async () => {
    const { url } = await httpServer((_, response) => response.writeHead(304).end());
    expect((await failureOf(httpAgent({ name: "a", url, ...local }))).message).toMatch(
      /answered with HTTP 304; it said nothing$/,
    );
  });
});

describe("a description that cannot work", () => {
  const url = "https://agents.example/";
  it.each([
    [undefined, "what httpAgent() is given is missing; describe it: { url }"],
    [{}, 'httpAgent: url is undefined; use an address such as "https://agents.example/review"'],
    [{ url: "agents.example" }, 'httpAgent: url is "agents.example"; use an address'],
    [{ url: "ftp://agents.example/" }, 'httpAgent: url is "ftp://agents.example/"; use an address'],
    [
      { url: "ftp://me:secret@agents.example/" },
      "httpAgent: url is not an address of http or https;",
    ],
    [
      { url: "https://me:secret@agents.example/" },
      "httpAgent: url has a name or a password in it;",
    ],
    [{ url, name: "a/b" }, "name"],
    [
      { url, name: "a", method: "DELETE" },
      'httpAgent "a": method is "DELETE"; use "GET", "POST", "PUT" or "PATCH"',
    ],
    [
      { url, name: "a", method: "GET", body: () => 1 },
      'httpAgent "a" has the method "GET", which has no body; use query, or another method',
    ],
    [
      { url, name: "a", run() {} },
      'httpAgent "a" has run, which an endpoint cannot have; leave it out',
    ],
    [
      { url, name: "a", headers: { "a b": "x" } },
      'httpAgent "a": headers has "a b", which is not the name of a header;',
    ],
    [
      { url, name: "a", headers: { Host: "x" } },
      'httpAgent "a": headers has Host, which the connection sets by itself;',
    ],
    [
      { url, name: "a", headers: { key: "a\r\nb: c" } },
      'httpAgent "a": headers has a key that is not a valid header;',
    ],
    [
      { url, name: "a", headers: { key: { env: "" } } },
      'httpAgent "a": headers has a key that is not a valid header;',
    ],
    [{ url, name: "a", bod: 1 }, "body"],
  ])("is refused with what to do: %j", (given, why) => {
    const make = (): unknown => httpAgent(given as never);
    expect(make).toThrow(why);
    expect(make).not.toThrow("secret");
  });
});
