import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  agent,
  memory,
  QuorateError,
  supervisor,
  type ErrorRecord,
  type RunEvent,
} from "../../src/index.ts";

/** A team of one agent that throws, and what its log and its outcome say of that. */
async function thrown(what: unknown, options: object = {}) {
  const a = agent({
    name: "a",
    retries: 0,
    // A promise: a function that throws may throw only errors by the rules of this house.
    run: () => Promise.reject(what as Error),
  });
  const store = memory({ resumable: true }).store;
  const team = supervisor({
    name: "team",
    agents: { a },
    minAnswers: 0,
    backend: { store },
    ...options,
  });
  const outcome = await team.run("task", { runId: "r" });
  const log = store.read("r") as readonly RunEvent[];
  const failed = log.find((event) => event.type === "call.failed");
  const record = (failed as { readonly error?: ErrorRecord } | undefined)?.error;
  const { results } = JSON.parse(JSON.stringify(outcome));
  return { team, outcome, record, json: results.a.error };
}

const nested = (depth: number): Error =>
  new Error(`level ${depth}`, depth === 5 ? undefined : { cause: nested(depth + 1) });

describe("an error as JSON", () => {
  it("has its name, code, message, issues and causes", () => {
    const cause = new TypeError("fetch failed", {
      cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
    });
    const issues = [{ message: "too short", path: "reasons.0" }];
    const error = new QuorateError("OUTPUT_INVALID", "no good", { cause, issues });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "QuorateError",
      code: "OUTPUT_INVALID",
      message: "no good",
      issues,
      causes: [
        { name: "TypeError", message: "fetch failed" },
        { name: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
      ],
    });
  });

  it("is in the JSON of an outcome, with what its agent threw", async () => {
    const { json } = await thrown(new RangeError("out of tokens"));
    expect(json).toEqual({
      name: "QuorateError",
      code: "AGENT_FAILED",
      message: "a failed: out of tokens",
      issues: [],
      causes: [{ name: "RangeError", message: "out of tokens" }],
    });
  });

  it("has what a nested team's agents failed with", async () => {
    const x = agent({ name: "x", retries: 0, run: () => Promise.reject(new Error("no model")) });
    const inner = supervisor({ name: "inner", agents: { x } });
    const outcome = await supervisor({ name: "outer", agents: { inner } }).run("task" as never);
    const { error } = JSON.parse(JSON.stringify(outcome)).results.inner;
    expect(error.causes).toMatchObject([
      { name: "QuorateError", code: "AGENT_FAILED", message: "x failed: no model" },
      { name: "Error", message: "no model" },
    ]);
  });
});

describe("the log", () => {
  it("keeps the causes of a failure, three deep", async () => {
    const { record } = await thrown(nested(1));
    expect(record?.causes).toEqual([
      { name: "Error", message: "level 1" },
      { name: "Error", message: "level 2" },
      { name: "Error", message: "level 3" },
    ]);
  });

  const hostile = Object.defineProperty(new Error("seen"), "name", {
    get: () => {
      throw new Error("unseen");
    },
  });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const cyclic: Record<string, unknown> = {};
  cyclic["itself"] = cyclic;

  it.each<[string, unknown, object]>([
    [
      "an error of another realm",
      runInNewContext("new TypeError('no', { cause: new RangeError('far') })"),
      { name: "TypeError", message: "no" },
    ],
    [
      "a response",
      new Response("", { status: 503, statusText: "Busy" }),
      { name: "Response", message: "HTTP 503 Busy", status: 503 },
    ],
    ["a symbol", Symbol("stop"), { name: "symbol", message: "Symbol(stop)" }],
    ["a string", "stop", { name: "string", message: "stop" }],
    ["a number", 7, { name: "number", message: "7" }],
    ["null", null, { name: "null", message: "null" }],
    ["a plain object", { at: 1 }, { name: "Object", message: '{"at":1}' }],
    ["an error without words", new TypeError(""), { name: "TypeError", message: "TypeError" }],
    [
      "an error with a code and a status",
      Object.assign(new Error("no"), { code: 7, status: 404 }),
      {
        name: "Error",
        message: "no",
        code: 7,
        status: 404,
      },
    ],
    ["an error that cannot be read whole", hostile, { name: "Error", message: "seen" }],
    ["an object that is a circle", cyclic, { name: "Object", message: "an unprintable object" }],
    ["a revoked proxy", proxy, { name: "Object", message: "an unprintable object" }],
  ])("keeps what was thrown where that is %s", async (_, what, cause) => {
    const { record, json } = await thrown(what);
    expect(record?.causes?.[0]).toEqual(cause);
    expect(json.causes[0]).toEqual(cause);
    expect(record?.message).toContain((cause as { readonly message: string }).message);
  });

  it("keeps the first of several that failed at once", async () => {
    const { record } = await thrown(
      new AggregateError([new Error("one"), new Error("two")], "all"),
    );
    expect(record?.causes).toEqual([
      { name: "AggregateError", message: "all" },
      { name: "Error", message: "one" },
    ]);
  });

  it("keeps no more of a failure than helps", async () => {
    const long = "x".repeat(100_000);
    const { record } = await thrown(
      Object.assign(new Error(long, { cause: new Error(long) }), { name: long, code: long }),
    );
    expect(JSON.stringify(record).length).toBeLessThan(10_000);
  });

  it("gives a resumed run the causes back", async () => {
    const { team } = await thrown(new TypeError("fetch failed", { cause: new Error("reset") }));
    const { results } = await team.resume("r");
    const { error } = results.a as { readonly error: QuorateError };
    expect(error.cause).toMatchObject({ name: "TypeError", message: "fetch failed" });
    expect((error.cause as Error).cause).toMatchObject({ message: "reset" });
  });

  it("keeps that a failure was for good, which its code does not say", async () => {
    const forGood = await thrown(Object.assign(new Error("no"), { status: 404 }));
    const perhapsNot = await thrown(new Error("no"));
    expect([forGood.record?.retryable, perhapsNot.record?.retryable]).toEqual([false, undefined]);
  });

  it("keeps no secret of a cause, however deep", async () => {
    const redact = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll("hunter2", "***")) as never;
    const secret = Object.assign(new Error("hunter2 is wrong"), {
      code: "hunter2",
      name: "hunter2",
    });
    const { record } = await thrown(new Error("no", { cause: secret }), { redact });
    expect(record?.causes).toHaveLength(2);
    expect(JSON.stringify(record)).not.toContain("hunter2");
  });
});
