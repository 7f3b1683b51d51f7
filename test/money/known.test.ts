import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  addBills,
  agent,
  billOf,
  memory,
  supervisor,
  type AgentContext,
  type Bill,
  type Usage,
} from "../../src/index.ts";
import { billSentence } from "../../src/report/spent.ts";
import { scripted } from "../../src/testing/index.ts";

const date = "2026-11-22";
/** Dollars per million tokens, and so micro-dollars per token. */
const prices = { mini: { input: 1, output: 2, date } };

/** An agent of that name that reports this, and answers. */
const reporting = (name: string, ...reports: readonly Usage[]) =>
  agent({
    name,
    retries: 0,
    run: (_: unknown, { report }: AgentContext) => {
      for (const usage of reports) report(usage);
      return "ship";
    },
  });

async function billFor(...agents: readonly ReturnType<typeof reporting>[]): Promise<Bill> {
  const store = memory().store;
  const named = Object.fromEntries(agents.map((one) => [one.name, one]));
  const team = supervisor({ name: "team", agents: named, prices, backend: { store } });
  const { bill, runId } = await team.run("task");
  expect(billOf(await store.read(runId))).toEqual(bill);
  return bill;
}

const silent = reporting("silent");
const paid = reporting("paid", { usdMicros: 8_000, inputTokens: 100, outputTokens: 10 });
const cheap = reporting("cheap", { usdMicros: 300, inputTokens: 5, outputTokens: 1 });
const unpriced = reporting("unpriced", { inputTokens: 7, outputTokens: 3, model: "unlisted" });

describe("a bill of which some is not known", () => {
  it("says what is known at least, and how many calls reported nothing", async () => {
    const bill = await billFor(paid, silent, cheap);
    expect(bill.spent).toEqual({
      usdMicros: "unknown",
      inputTokens: "unknown",
      outputTokens: "unknown",
      atLeast: { usdMicros: 8_300, inputTokens: 105, outputTokens: 11 },
      unreportedCalls: 1,
    });
    expect(billSentence(bill)).toBe(
      "3 calls, 3 attempts; at least $0.0083; 1 of 3 calls reported nothing; at least 105 tokens in, 11 out",
    );
  });

  it("tells calls that reported tokens without a price from calls that reported nothing", async () => {
    const bill = await billFor(paid, silent, unpriced);
    expect(bill.spent).toMatchObject({ unreportedCalls: 1, unpricedCalls: 1 });
    expect(billSentence(bill)).toContain(
      "at least $0.008; 1 of 3 calls reported nothing; 1 of 3 calls reported tokens without a price",
    );
    const known = await billFor(unpriced);
    expect(known.spent).toEqual({
      usdMicros: "unknown",
      inputTokens: 7,
      outputTokens: 3,
      unpricedCalls: 1,
    });
  });

  it("says nothing is known where nobody reported anything, and counts who did not", async () => {
    const bill = await billFor(silent);
    expect(bill.spent).toEqual({
      usdMicros: "unknown",
      inputTokens: "unknown",
      outputTokens: "unknown",
      unreportedCalls: 1,
    });
    expect(billSentence(bill)).toBe(
      "1 call, 1 attempt; cost and tokens unknown; 1 of 1 call reported nothing",
    );
  });

  it("has no such words where everything is known", async () => {
    const bill = await billFor(paid, cheap);
    expect(bill.spent).toEqual({ usdMicros: 8_300, inputTokens: 105, outputTokens: 11 });
    expect(billSentence(bill)).toBe("2 calls, 2 attempts; $0.0083; 105 tokens in, 11 out");
  });

  it("keeps what other attempts of the same call reported, in its result too", async () => {
    const twice = scripted(
      "twice",
      [
        { error: Object.assign(new Error("no"), { retryable: true }) },
        { output: "ship", usage: { usdMicros: 500, inputTokens: 20, outputTokens: 2 } },
      ],
      { backoff: { baseMs: 0 } },
    );
    const team = supervisor({ name: "team", agents: { twice } });
    const { bill, results } = await team.run("task");
    const atLeast = { usdMicros: 500, inputTokens: 20, outputTokens: 2 };
    expect(bill.spent).toMatchObject({ usdMicros: "unknown", atLeast, unreportedCalls: 1 });
    expect(results.twice).toMatchObject({ cost: { usdMicros: "unknown", atLeast } });
    expect(bill.lines[0]?.cost.atLeast).toEqual(atLeast);
  });

  it("adds up with others to what is known of all of them", async () => {
    const some = [await billFor(paid, silent), await billFor(cheap), await billFor(unpriced)];
    const { spent, calls } = addBills(some);
    expect(calls).toBe(4);
    expect(spent).toEqual({
      usdMicros: "unknown",
      inputTokens: "unknown",
      outputTokens: "unknown",
      atLeast: { usdMicros: 8_300, inputTokens: 112, outputTokens: 14 },
      unreportedCalls: 1,
      unpricedCalls: 1,
    });
  });

  it("keeps what is known through a nested team, and counts its calls once", async () => {
    const inner = supervisor({ name: "inner", agents: { silent, paid } });
    const outer = supervisor({ name: "outer", agents: { inner, cheap } });
    const { bill, results } = await outer.run("task");
    expect(bill.spent).toMatchObject({ atLeast: { usdMicros: 8_300 }, unreportedCalls: 1 });
    expect(results.inner).toMatchObject({ cost: { atLeast: { usdMicros: 8_000 } } });
    expect(results.inner).not.toHaveProperty("cost.unreportedCalls");
  });

  it("says what is known of what was wasted, and nothing where nothing is", async () => {
    const fails = (name: string, first: Usage | undefined) =>
      scripted(
        name,
        [
          {
            error: Object.assign(new Error("no"), { retryable: true }),
            ...(first !== undefined && { usage: first }),
          },
          { output: "ship", usage: { usdMicros: 1 } },
        ],
        { backoff: { baseMs: 0 } },
      );
    const known = fails("known", { usdMicros: 300, inputTokens: 1, outputTokens: 1 });
    const part = fails("part", undefined);
    const { bill } = await supervisor({ name: "team", agents: { known, part } }).run("task");
    expect(bill.wasted.retries).toEqual({ calls: 2, usdMicros: "unknown", atLeast: 300 });
    const twice = addBills([bill, bill]);
    expect(twice.wasted.retries).toEqual({ calls: 4, usdMicros: "unknown", atLeast: 600 });
    const mute = await supervisor({ name: "team", agents: { part } }).run("task");
    expect(mute.bill.wasted.retries).toEqual({ calls: 1, usdMicros: "unknown" });
  });

  it("does not forget what was known when the process died in the middle of an attempt", () => {
    const at = { runId: "r", atMs: 1 };
    const call = { callId: "a", agent: "a", role: "agent" } as const;
    const cost = { usdMicros: 500, inputTokens: 20, outputTokens: 2 };
    const error = { code: "AGENT_FAILED", message: "" } as const;
    const { spent } = billOf([
      { ...at, seq: 1, type: "run.started", supervisor: { name: "team" }, input: 1 },
      { ...at, seq: 2, type: "call.started", ...call, attempt: 1 },
      { ...at, seq: 3, type: "call.retried", ...call, attempt: 1, error, waitMs: 0, cost },
      { ...at, seq: 4, type: "call.started", ...call, attempt: 2 },
    ]);
    expect(spent).toMatchObject({ usdMicros: "unknown", atLeast: cost, unreportedCalls: 1 });
  });

  it("is read from a log of an earlier version, which says nothing of what is known", () => {
    const unknown = {
      usdMicros: "unknown",
      inputTokens: "unknown",
      outputTokens: "unknown",
    } as const;
    const spent = { ...unknown };
    const old = { ...addBills([]), calls: 3, attempts: 4, spent };
    expect(billSentence(old)).toBe(
      "3 calls, 4 attempts; cost and tokens unknown; not all of it was reported",
    );
    expect(addBills([old]).spent).toEqual(unknown);
  });
});

describe("a bill of an attempt that was given up, and whose end is told after what came late", () => {
  /** The bill of a run whose agent stops at its timeout, and that of the same log with the two the other way round. */
  async function bothOrders(uses: readonly Usage[], usesLate: readonly Usage[]) {
    const stopped = agent({
      name: "stopped",
      timeoutMs: 5,
      retries: 0,
      run: async (_task: string, { report, signal }) => {
        for (const usage of uses) report(usage);
        await once(signal, "abort");
        for (const usage of usesLate) report(usage);
        throw new Error("stopped");
      },
    });
    const { backend, run } = supervisor({ name: "team", agents: { stopped } });
    const { runId } = await run("x");
    const log = await backend.store.read(runId);
    const late = log.filter(({ type }) => type === "call.late");
    const rest = log.filter(({ type }) => type !== "call.late");
    const end = rest.findIndex(({ type }) => type === "call.failed");
    expect([late.length, end]).toEqual([1, 3]);
    return [end + 1, end].map((at) => billOf(rest.toSpliced(at, 0, ...late)));
  }

  const one = { usdMicros: 7, inputTokens: 3, outputTokens: 1 };

  it("leaves no call unreported whose agent has reported what it used", async () => {
    const [bill, other] = await bothOrders([one], []);
    expect(bill?.spent).toEqual(one);
    expect(other).toEqual(bill);
  });

  it.each<[string, readonly Usage[]]>([
    ["something", [one]],
    ["nothing", []],
  ])("counts as late what it used after it had reported %s", async (_, uses) => {
    const [bill, other] = await bothOrders(uses, [{ ...one, usdMicros: 5 }]);
    expect(bill?.wasted.late).toEqual({ calls: 1, usdMicros: 5 });
    expect(other).toEqual(bill);
  });
});
