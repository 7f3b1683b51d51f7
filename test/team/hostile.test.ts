import { describe, expect, it } from "vitest";
import {
  agent,
  conflictsOf,
  QuorateError,
  supervisor,
  type Agent,
  type RunEvent,
} from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { THEN, thenable } from "./thenable.ts";

const good = agent({ name: "good", run: async () => ({ recommendation: "ship" }) });

type Run = (task: unknown, context: never) => unknown;

/** Runs an agent beside a good one, and lets an hour pass. What it does must not matter to the other, nor to the run. */
async function beside(run: Run, options: Partial<Agent> & object = {}) {
  const clock = virtualClock();
  const hostile = agent({ name: "hostile", run: run as () => unknown, ...(options as object) });
  const team = supervisor({ name: "team", agents: { hostile, good }, clock });
  const running = team.run("task");
  await clock.advance(3_600_000);
  const outcome = await running;
  const { results, verdict, runId } = outcome;
  expect(results.good).toMatchObject({ status: "ok", attempts: 1 });
  // What the other answers may be a position too.
  expect(verdict?.positions).toContainEqual({ value: "ship", heldBy: [{ agent: "good" }] });
  const log = (await team.backend.store.read(runId)) as readonly RunEvent[];
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  expect(log.at(-1)?.type).toBe("run.finished");
  expect(JSON.stringify(log).length).toBeLessThan(100_000);
  expect([clock.pending, clock.pendingUnheld]).toEqual([0, 0]);
  return { outcome, result: results.hostile, log };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const trap = (): never => {
  throw new Error("trapped");
};
const allTraps = (): object =>
  new Proxy(new Error("hidden"), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });

const failures: readonly (readonly [string, () => unknown])[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["an empty text", () => ""],
  ["a long text", () => "x".repeat(10_000_000)],
  ["a number", () => 3],
  ["a bigint", () => 3n],
  ["a symbol", () => Symbol("s")],
  ["a function", () => () => 1],
  ["a frozen object", () => Object.freeze({ retryable: true })],
  ["a frozen error", () => Object.freeze(new Error("frozen"))],
  ["an error without message", () => new Error("")],
  ["an error with a long message", () => new Error("x".repeat(10_000_000))],
  [
    "an error whose message is no text",
    () => Object.assign(new Error("x"), { message: Symbol("x") }),
  ],
  [
    "an error whose message throws",
    () => Object.defineProperty(new Error("x"), "message", { get: trap }),
  ],
  ["an error that is its own cause", () => ((e) => Object.assign(e, { cause: e }))(new Error("x"))],
  [
    "an error whose cause is a revoked proxy",
    () => Object.assign(new Error("x"), { cause: revoked() }),
  ],
  ["an object whose toJSON throws", () => ({ toJSON: trap })],
  ["a proxy that throws whatever one does to it", allTraps],
  ["a revoked proxy", revoked],
  ["an object without prototype", () => Object.create(null) as object],
  ["an aggregate of errors", () => new AggregateError([new Error("a"), new Error("b")])],
  ["its own error of this package", () => new QuorateError("STORE_FAILED", "not really")],
  ["a long error of this package", () => new QuorateError("AGENT_FAILED", "x".repeat(10_000_000))],
  [
    "an error of this package without its fields",
    () => Object.create(QuorateError.prototype) as object,
  ],
  [
    "an error of this package with wrong fields",
    () =>
      Object.assign(new QuorateError("TIMEOUT", "x"), {
        message: undefined,
        issues: [null, 3],
        code: {},
      }),
  ],
  [
    "a proxy of an error of this package",
    () => new Proxy(new QuorateError("TIMEOUT", "x"), { get: trap }),
  ],
  ["an AbortError of its own", () => new DOMException("aborted", "AbortError")],
];

describe("an agent that fails with", () => {
  it.each(failures)(
    "%s is one failed result, thrown or rejected, at once or late",
    async (_, thrown) => {
      const ways: readonly Run[] = [
        () => {
          throw thrown();
        },
        () => Promise.reject(thrown()),
        async () => {
          await Promise.resolve();
          throw thrown();
        },
      ];
      for (const run of ways) {
        const { outcome, result } = await beside(run);
        expect(outcome).toMatchObject({ status: "partial", missing: [{ agent: "hostile" }] });
        expect(result.status).toBe("failed");
        if (result.status !== "failed") return;
        expect(result.error).toBeInstanceOf(QuorateError);
        expect(result.error.message).toBeTypeOf("string");
        expect(outcome.missing[0]?.detail.length).toBeLessThan(5_000);
      }
    },
  );
});

class Point {
  readonly x = 1;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const garbage: readonly (readonly [string, () => unknown, string])[] = [
  ["a function", () => () => 1, "OUTPUT_NOT_JSON"],
  ["a symbol", () => Symbol("s"), "OUTPUT_NOT_JSON"],
  ["a bigint", () => 1n, "OUTPUT_NOT_JSON"],
  ["NaN", () => Number.NaN, "OUTPUT_NOT_JSON"],
  ["a Date", () => new Date(), "OUTPUT_NOT_JSON"],
  ["a Map", () => new Map([["a", 1]]), "OUTPUT_NOT_JSON"],
  ["a class instance", () => new Point(), "OUTPUT_NOT_JSON"],
  ["an error", () => new Error("returned"), "OUTPUT_NOT_JSON"],
  [
    "a cycle",
    () => ((o: Record<string, unknown>) => Object.assign(o, { o }))({}),
    "OUTPUT_NOT_JSON",
  ],
  ["deep nesting", () => nested(10_000), "OUTPUT_NOT_JSON"],
  [
    "a getter that throws",
    () => Object.defineProperty({}, "a", { get: trap, enumerable: true }),
    "OUTPUT_NOT_JSON",
  ],
  ["a proxy that throws", () => ({ a: allTraps() }), "OUTPUT_NOT_JSON"],
  ["a text of 50 MB", () => "x".repeat(50_000_000), "OUTPUT_TOO_LARGE"],
  ["an array of 50 MB", () => new Array<number>(6_000_000).fill(0), "OUTPUT_TOO_LARGE"],
  ["a thenable that throws", () => thenable(trap), "AGENT_FAILED"],
  [
    "a thenable that cannot be read",
    () => Object.defineProperty({}, THEN, { get: trap }),
    "AGENT_FAILED",
  ],
  [
    "a thenable that rejects",
    () => thenable((_: unknown, no: (e: Error) => void) => no(new Error("no"))),
    "AGENT_FAILED",
  ],
  ["a thenable that never calls back", () => thenable(() => {}), "TIMEOUT"],
  ["a promise that never settles", () => new Promise(() => {}), "TIMEOUT"],
  ["a promise whose own then throws", () => thenable(trap, Promise.resolve(1)), "AGENT_FAILED"],
  [
    "a promise whose constructor cannot be read",
    () => Object.defineProperty(Promise.resolve(1), "constructor", { get: trap }),
    "AGENT_FAILED",
  ],
];

describe("an agent that answers with", () => {
  it.each(garbage)("%s is one failed result", async (_, answer, code) => {
    const { outcome, result } = await beside(() => answer());
    expect(outcome.status).toBe("partial");
    expect(result).toMatchObject({ status: "failed", error: { code } });
  });

  it.each(garbage.filter(([, , code]) => code.startsWith("OUTPUT")))(
    "%s is refused before its schema sees it",
    async (_, answer, code) => {
      const schema = {
        "~standard": { version: 1, vendor: "test", validate: () => expect.unreachable() },
      };
      const { result } = await beside(() => answer(), { output: schema as never });
      expect(result).toMatchObject({ status: "failed", error: { code }, attempts: 1 });
    },
  );

  it("a thenable that calls back twice, once each way, is what it said first", async () => {
    const both = thenable((yes: (value: unknown) => void, no: (error: unknown) => void): void => {
      yes("first");
      no(new Error("second"));
      yes("third");
    });
    const { result } = await beside(() => both);
    expect(result).toMatchObject({ status: "ok", output: "first", attempts: 1 });
  });

  it("a promise whose own then calls back many times is what it said first", async () => {
    const many = (yes: (value: unknown) => void, no: (error: unknown) => void): void => {
      yes("first");
      yes("second");
      no(new Error("third"));
    };
    const promise = thenable(many, Promise.resolve(1));
    const { result, log } = await beside(() => promise);
    expect(result).toMatchObject({ status: "ok", output: "first", attempts: 1 });
    expect(log.filter(({ type }) => type === "call.succeeded")).toHaveLength(2);
  });

  it("nothing at all is taken as an answer", async () => {
    expect((await beside(() => {})).result).toMatchObject({ status: "ok", output: undefined });
  });
});

describe("an agent that misbehaves", () => {
  it("by reporting nonsense usage costs only what makes sense", async () => {
    const nonsense: readonly unknown[] = [
      { usdMicros: Number.NaN },
      { usdMicros: -5 },
      { usdMicros: 0.5 },
      { usdMicros: Infinity },
      { usdMicros: "7" },
      { inputTokens: 2 ** 53 },
      { toString: trap },
      {},
      [],
      "usage",
    ];
    const { result } = await beside((_, context) => {
      const { report } = context as { report: (usage: unknown) => void };
      for (const usage of nonsense) report(usage);
      report({ usdMicros: 3, outputTokens: 0 });
      report({ usdMicros: 4 });
      return 1;
    });
    expect(result).toMatchObject({
      // The half of a micro-dollar is one.
      cost: { usdMicros: 8, inputTokens: "unknown", outputTokens: 0 },
    });
  });

  it("by reporting nothing legible has reported nothing", async () => {
    for (const usage of [null, undefined, Object.defineProperty({}, "usdMicros", { get: trap })]) {
      const { result } = await beside((_, context) => {
        (context as { report: (usage: unknown) => void }).report(usage);
        return 1;
      });
      expect(result).toMatchObject({ status: "ok", cost: { usdMicros: "unknown" } });
    }
  });

  it("by adding up more than can be counted keeps a whole number or says unknown", async () => {
    const { result } = await beside((_, context) => {
      const { report } = context as { report: (usage: object) => void };
      for (let n = 0; n < 3; n++) report({ usdMicros: Number.MAX_SAFE_INTEGER });
      return 1;
    });
    const usdMicros = "cost" in result ? result.cost.usdMicros : undefined;
    expect(usdMicros === "unknown" || Number.isSafeInteger(usdMicros)).toBe(true);
  });

  it("by emitting and reporting after its end is not heard", async () => {
    let late = (): void => {};
    const { log, result } = await beside((_, context) => {
      const { emit, report } = context as {
        emit: (v: unknown) => void;
        report: (u: object) => void;
      };
      late = () => {
        emit("late");
        report({ usdMicros: 1_000_000 });
      };
      return 1;
    });
    const before = log.length;
    late();
    expect(log).toHaveLength(before);
    expect(result).toMatchObject({ status: "ok", cost: { usdMicros: "unknown" } });
  });

  it.each([
    ["throws", trap],
    ["returns nothing", () => undefined],
    ["returns a number", () => 3],
    ["returns what is no claim", () => [null]],
    ["returns claims without subject", () => [{ position: "a" }]],
    ["returns a position that is not JSON", () => [{ subject: "a", position: () => 1 }]],
    ["returns a stated confidence of 7", () => [{ subject: "a", position: 1, confidence: 7 }]],
    ["returns a promise", () => Promise.resolve([])],
    ["returns an iterator that throws", () => ({ [Symbol.iterator]: trap })],
    [
      "never ends",
      function* () {
        for (let n = 0; ; n++) yield { subject: `subject ${n}`, position: n };
      },
    ],
  ])("by claims that %s fails alone, and is not asked again", async (_, claims) => {
    const { result } = await beside(() => ({ recommendation: "hold" }), {
      claims: claims as never,
    });
    expect(result).toMatchObject({
      status: "failed",
      error: { code: "CLAIMS_INVALID" },
      attempts: 1,
    });
  });

  it("by changing its claim after it answered does not take the run down", async () => {
    const position: Record<string, unknown> = { a: 1 };
    const late = agent({
      name: "late",
      run: async () => {
        await Promise.resolve();
        position["f"] = () => 1;
        return 1;
      },
    });
    const early = agent({
      name: "early",
      run: () => 1,
      claims: () => [{ subject: "s", position: position as { a: number } }],
    });
    const outcome = await supervisor({ name: "team", agents: { early, late } }).run("task");
    expect(outcome.results.early.status).toBe("ok");
  });

  it("by changing the task fails, and changes nothing for the others, nor in the log", async () => {
    const vandal = agent({ name: "vandal", run: (task: { list: number[] }) => task.list.push(2) });
    const other = agent({ name: "other", run: (task: { list: number[] }) => task.list.length });
    const team = supervisor({ name: "team", agents: { vandal, other } });
    const outcome = await team.run({ list: [1] });
    expect(outcome.results.vandal).toMatchObject({ status: "failed" });
    expect(outcome.results.other).toMatchObject({ output: 1 });
    expect((await team.backend.store.read(outcome.runId))[0]).toMatchObject({
      input: { list: [1] },
    });
  });

  it("by changing an upstream result fails, and leaves the result as it was", async () => {
    const first = agent({ name: "first", run: () => ({ kept: true }) });
    const vandal = agent({
      name: "vandal",
      needs: { first },
      run: (_task: unknown, { results }) => Object.assign(results.first.output, { kept: false }),
    });
    const team = supervisor({ name: "team", agents: { first, vandal } });
    const outcome = await team.run("task");
    expect(outcome.results.vandal).toMatchObject({ status: "failed" });
    expect(outcome.results.first).toMatchObject({ output: { kept: true } });
  });

  it("by changing its own answer afterwards changes nothing", async () => {
    const answer = { list: [1] };
    const vandal = agent({ name: "vandal", run: () => answer });
    const team = supervisor({ name: "team", agents: { vandal } });
    const outcome = await team.run("task");
    answer.list.push(2);
    expect(outcome.results.vandal).toMatchObject({ output: { list: [1] } });
  });
});

describe("an agent may be called", () => {
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "then",
    "length",
    "0",
  ] as const;

  it.each(names)(
    "%s, and has its task, its result, its claim and its place in the log",
    async (name) => {
      const asked: unknown[] = [];
      const odd = agent({
        name,
        run: (task: string) => {
          asked.push(task);
          return { recommendation: name };
        },
      });
      const other = agent({ name: "other", run: (task: string) => ({ recommendation: task }) });
      const after = agent({
        name: "after",
        needs: { [name]: odd },
        run: (_: string, { results }) => ({ seen: Object.hasOwn(results, name) }),
      });
      const agents = Object.fromEntries([odd, other, after].map((worker) => [worker.name, worker]));
      const team = supervisor({ name: "team", agents, inputs: { other: () => "mapped" } } as never);
      const outcome = await team.run("task" as never);
      expect(asked).toEqual(["task"]);
      expect(Object.keys(outcome.results).toSorted()).toEqual([name, "other", "after"].toSorted());
      expect(Object.getOwnPropertyDescriptor(outcome.results, name)?.value).toMatchObject({
        status: "ok",
        output: { recommendation: name },
      });
      expect(outcome.results["after"]).toMatchObject({ output: { seen: true } });
      expect(outcome.results["other"]).toMatchObject({ output: { recommendation: "mapped" } });
      const holders = conflictsOf(outcome.verdicts)[0]?.positions.flatMap(({ heldBy }) =>
        heldBy.map(({ agent }) => agent),
      );
      expect(holders?.toSorted()).toEqual([name, "other"].toSorted());
      const log = await team.backend.store.read(outcome.runId);
      expect(JSON.parse(JSON.stringify(log))).toContainEqual(
        expect.objectContaining({ type: "call.succeeded", callId: name }),
      );
      const sequence = await team.run("task" as never, {
        mode: "sequence",
        route: [name, "after"] as never,
      });
      expect(sequence.results["after"]).toMatchObject({ status: "ok", output: { seen: true } });
    },
  );

  it.each(names)("%s, and fail", async (name) => {
    const odd = agent({ name, run: () => Promise.reject(new Error("no")), retries: 0 });
    const outcome = await supervisor({
      name: "team",
      agents: Object.fromEntries([[name, odd]]),
      required: [name],
    } as never).run("task" as never);
    expect(outcome).toMatchObject({ status: "failed", missing: [{ agent: name, why: "failed" }] });
  });
});
