// Lists, signals and decisions that cannot be read, are endless or hide a rejected promise: refused with a sentence, wherever they are handed in.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { embed, modelRouter } from "../src/ai-sdk/index.ts";
import { evaluate } from "../src/eval/index.ts";
import { frameworkAgent } from "../src/frameworks/index.ts";
import {
  addBills,
  agent,
  findConflicts,
  human,
  judge,
  memory,
  oneOf,
  prefer,
  QuorateError,
  settle,
  supervisor,
  type Schema,
} from "../src/index.ts";
import { learn, learnFindings } from "../src/learning/index.ts";
import { report } from "../src/report/index.ts";
import { similar } from "../src/similar/index.ts";
import { scripted } from "../src/testing/index.ts";
import { thenable } from "./team/thenable.ts";

const strays: unknown[] = [];
const note = (reason: unknown): void => void strays.push(reason);
beforeEach(() => {
  strays.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  // Node tells of a stray rejection once a turn of the loop is over.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  const [stray] = strays;
  if (stray !== undefined) throw new Error("a rejection was heard by nobody", { cause: stray });
});

const unreadable = (): unknown[] =>
  new Proxy<unknown[]>([], {
    get() {
      throw new RangeError("a trap of the caller's");
    },
  });
const revoked = (): unknown[] => {
  const { proxy, revoke } = Proxy.revocable<unknown[]>([], {});
  revoke();
  return proxy;
};
const withoutMethods = (): unknown[] => Object.setPrototypeOf(["a"], null) as unknown[];
const billion = (): unknown[] => Object.assign([], { length: 1e9 });
const rejected = (): Promise<never> => Promise.reject(new Error("nobody listens"));

const a = () => agent({ name: "a", run: () => "x" });
const team = () => supervisor({ name: "team", agents: { a: a() } });

/** What takes a list, by the name of the list. */
const TAKERS: Readonly<Record<string, (list: never) => unknown>> = {
  "the values of prefer": (list) => prefer(list),
  "the values of oneOf": (list) => oneOf(list),
  "the band of similar": (list) => similar({ band: list }),
  "the panel of judge": (list) => judge({ panel: list }),
  "the route of a team": (list) => supervisor({ name: "t", agents: { a: a() }, route: list }),
  "the route of a run": (list) => team().run("x", { route: list }),
  "what a route answers": (list) =>
    supervisor({ name: "t", agents: { a: a() }, route: () => list }).run("x"),
  "the required of a team": (list) => supervisor({ name: "t", agents: { a: a() }, required: list }),
  "the budgets of a team": (list) => supervisor({ name: "t", agents: { a: a() }, budget: list }),
  "the findings of a review": (list) => learnFindings([{ findings: list, missed: 0 }]),
};

/** Whether a call is refused with a QuorateError, or takes what it is given. */
async function outcomeOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "taken";
  } catch (error) {
    return error instanceof QuorateError ? "refused" : `thrown: ${String(error)}`;
  }
}

describe("a list that cannot be read", () => {
  it.each(Object.entries(TAKERS))("is refused or copied as %s", async (_, take) => {
    for (const make of [unreadable, revoked])
      expect(await outcomeOf(() => take(make() as never))).toBe("refused");
    expect(await outcomeOf(() => take(withoutMethods() as never))).not.toMatch(/^thrown/);
  });

  it.each(Object.entries(TAKERS))("is refused as %s if it has a billion items", async (_, take) => {
    expect(await outcomeOf(() => take(billion() as never))).toBe("refused");
  });
});

describe("a list without an end", () => {
  it("is refused where it is read whole", async () => {
    function* endless(): Generator<never> {
      for (;;) yield "a" as never;
    }
    expect(await outcomeOf(() => findConflicts(endless()))).toBe("refused");
    expect(await outcomeOf(() => settle([], { answered: endless() }))).toBe("refused");
  });
});

describe("a promise where nobody awaits one", () => {
  it.each<[string, () => unknown]>([
    ["a task of runMany", () => team().runMany([rejected()]).next()],
    [
      "the tasks of runMany",
      () =>
        team()
          .runMany(rejected() as never)
          .next(),
    ],
    [
      "a task beside options that are refused",
      () =>
        team()
          .runMany([rejected()], { concurency: 1 } as never)
          .next(),
    ],
    ["the votes of learn", () => learn(rejected() as never, {} as never)],
    ["the model of embed", () => embed(rejected() as never)],
    ["what frameworkAgent asks", () => frameworkAgent(rejected() as never, { name: "a" })],
    ["the cases of evaluate", () => evaluate(team(), rejected() as never)],
  ])("is heard as %s", async (_, call) => {
    expect(await outcomeOf(call)).not.toMatch(/^thrown/);
  });

  function* yielding(...items: readonly unknown[]): Generator<never> {
    for (const item of items) yield item as never;
    throw new RangeError("no more");
  }
  const claim = { agent: "a", subject: "task", position: 1 };
  const yielders: readonly [string, () => Iterable<never>][] = [
    ["a generator", () => new Set([rejected()]).values() as Iterable<never>],
    ["a generator that then throws", () => yielding(claim, rejected())],
    ["a claim of a generator", () => yielding({ ...claim, position: rejected() })],
  ];
  it.each(yielders)("is heard in what %s yields", async (_, make) => {
    for (const call of [
      () => settle(make()),
      () => settle([], { findings: make() }),
      () => settle([], { answered: make(), missing: 7 as never }),
      () => findConflicts(make()),
      () => learn(make(), { labels: "fixed" } as never),
      () => learn([], { labels: "fixed", truths: make() } as never),
      () => addBills(make()),
      () => report(make()),
    ])
      expect(await outcomeOf(call)).toBe("refused");
  });

  it("is heard in what onEvent returns and throws", async () => {
    const returns = supervisor({
      name: "t",
      agents: { a: a() },
      onEvent: () => ({ deep: [rejected()] }),
    });
    expect((await returns.run("x")).status).toBe("complete");
  });

  it("is heard as the index of a batch's report", async () => {
    const batched = agent({
      name: "batched",
      run: () => 1,
      batch: {
        maxSize: 2,
        run: (tasks: readonly unknown[], { report }) => {
          report({ usdMicros: 1 }, rejected() as never);
          return tasks.map(() => 1);
        },
      },
    });
    const many = supervisor({ name: "t", agents: { batched } }).runMany(["x", "y"]);
    for await (const { outcome } of many) expect(outcome?.status).toBe("complete");
  });
});

describe("what cannot be used", () => {
  it("is refused as a case, an agent of a router, a script's name", async () => {
    const hostile = unreadable();
    expect(await outcomeOf(() => evaluate(team(), [hostile] as never))).toBe("refused");
    expect(await outcomeOf(() => modelRouter({ model: "m", agents: { a: null } as never }))).toBe(
      "refused",
    );
    expect(await outcomeOf(() => scripted(Symbol("s") as never, []))).toBe("refused");
  });

  it("is refused as a signal to which nobody can listen", async () => {
    const signal = {
      aborted: false,
      addEventListener() {
        throw new RangeError("no listeners");
      },
      removeEventListener() {},
    };
    await expect(team().run("x", { signal: signal as never })).rejects.toThrow(
      "the signal cannot be listened to: no listeners; give that of an AbortController",
    );
  });

  it("is refused as a person's decision, and the run waits on", async () => {
    const backend = memory({ resumable: true });
    const asking = supervisor({
      name: "asking",
      agents: { a: a(), b: agent({ name: "b", run: () => "y" }) },
      resolve: [human()],
      backend,
    });
    await asking.run("task", { runId: "r" });
    const circle: unknown[] = [];
    circle.push(circle);
    for (const winner of [circle, unreadable(), "z".repeat(2_000_000), rejected(), new Map()]) {
      const decision = { subject: "task", winner, why: "" } as never;
      expect(await outcomeOf(() => asking.decide("r", decision))).toBe("refused");
    }
    expect(backend.store.run("r")?.status).toBe("waiting");
  });

  it("is one issue if a schema answers with it", async () => {
    const schema = {
      "~standard": { version: 1, vendor: "test", validate: () => "é".repeat(1_000_000) },
    } as unknown as Schema;
    const checked = agent({ name: "checked", output: schema, retries: 0, run: () => 1 });
    const { results } = await supervisor({ name: "t", agents: { checked } }).run("x");
    expect(results.checked).toMatchObject({ status: "failed", error: { code: "OUTPUT_INVALID" } });
  });

  it("is told in a line if an agent throws a long list of numbers", async () => {
    const thrower = agent({
      name: "thrower",
      retries: 0,
      run: () => Promise.reject<string>(new Float64Array(1_000_000)),
    });
    const { results } = await supervisor({ name: "t", agents: { thrower } }).run("x");
    expect(results.thrower).toMatchObject({
      error: { message: "thrower failed: Float64Array of 8000000 bytes" },
    });
  });

  it("is a failed answer if a thenable resolves to itself", async () => {
    const self: unknown = thenable((resolve: (value: unknown) => void) => resolve(self));
    const endless = agent({ name: "endless", retries: 0, run: () => self as never });
    const { results } = await supervisor({ name: "t", agents: { endless } }).run("x");
    expect(results.endless).toMatchObject({ status: "failed" });
  });
});
