import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type AgentContext } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rejection } from "../team/rejection.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { faultsOf } from "./same-run.ts";

const tempPath = tempPaths();
const COST = { usdMicros: 700, inputTokens: 7, outputTokens: 1 };
const NOTHING = { usdMicros: 0, inputTokens: 0, outputTokens: 0 };
const UNKNOWN = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" };

/** A team of one whose answers take 100 ms and are kept, in a store that runs are resumed from. */
function setUp(own: object = {}, team: object = {}) {
  const clock = virtualClock();
  const store = memory({ clock, resumable: true }).store;
  const asked: string[] = [];
  const echo = agent({
    name: "echo",
    version: "1",
    retries: 0,
    cache: true,
    run: async (_: unknown, { runId, attempt, signal, report }: AgentContext) => {
      asked.push(`${runId} ${attempt}`);
      report(COST);
      await new Promise<void>((resolve, reject) => {
        const timer = clock.timer(100, resolve);
        signal.addEventListener("abort", () => {
          timer[Symbol.dispose]();
          reject(signal.reason);
        });
      });
      return { recommendation: "ship" };
    },
    ...own,
  });
  const made = supervisor({ name: "team", agents: { echo }, clock, backend: { store }, ...team });
  return { clock, store, asked, echo, made };
}

type Made = ReturnType<typeof setUp>;

/** A run that paid, and was cancelled while another one waited for the same answer. */
async function left({ clock, made }: Made) {
  const cancelling = new AbortController();
  const reason = rejection(made.run({}, { runId: "payer", signal: cancelling.signal }));
  const joiner = made.run({}, { runId: "joiner" });
  await clock.advance(50);
  cancelling.abort(new Error("enough"));
  await reason;
  await clock.advance(50);
  return joiner;
}

/** A run whose process died within its call, as its log has it: what came after is lost. */
async function died({ clock, made, store }: Made, runId: string): Promise<void> {
  const running = made.run({}, { runId: "whole" });
  await clock.advance(100);
  await running;
  const events = store.read("whole").slice(0, 3);
  for (const event of events) store.append([{ ...event, runId }]);
  store.release(runId, 1);
}

describe("a run with an answer from the cache", () => {
  it("has it in its own log: on a resume nobody is asked, and the cache is not needed", async () => {
    const { clock, store, made, asked } = setUp();
    const first = made.run({});
    await clock.advance(100);
    await first;
    const second = await made.run({}, { runId: "second" });
    for (const { key } of store.values.list("cache/")) store.values.change(key, () => undefined);
    const again = await made.resume("second");
    expect(again.results).toEqual(second.results);
    expect(again.results.echo).toMatchObject({ reused: "cache", cost: NOTHING });
    expect(asked).toHaveLength(1);
    expect(faultsOf(store.read("second"))).toEqual([]);
  });

  it("can be forked: that saves what it had cost to ask", async () => {
    const { clock, store, made, asked } = setUp();
    const first = made.run({});
    await clock.advance(100);
    await first;
    await made.run({}, { runId: "second" });
    const { runId, results } = await made.fork("second");
    expect(results.echo).toMatchObject({ reused: "fork" });
    expect(store.read(runId).find(({ type }) => type === "call.reused")).toMatchObject({
      by: "fork",
      from: { runId: "second" },
      saved: COST,
    });
    const anew = made.fork("second", { from: "echo" });
    await clock.advance(100);
    expect((await anew).results.echo).toMatchObject({ status: "ok", cost: COST });
    expect(asked).toHaveLength(2);
  });

  it("that redaction hides asks on a resume, for the first time", async () => {
    const made = setUp({}, { redact: ["recommendation"] });
    const { clock, store, asked } = made;
    const running = [made.made.run({}, { runId: "one" }), made.made.run({}, { runId: "two" })];
    await clock.advance(100);
    await Promise.all(running);
    const joined = store.read("one").some(({ type }) => type === "call.reused") ? "one" : "two";
    const events = store.read(joined).slice(0, -3);
    expect(events.at(-1)).toMatchObject({ type: "call.reused", redacted: true });
    for (const event of events) store.append([{ ...event, runId: "cut" }]);
    store.release("cut", 1);
    const resumed = made.made.resume("cut");
    await clock.advance(100);
    expect((await resumed).results.echo).toMatchObject({ status: "ok", attempts: 1, cost: COST });
    expect(asked.at(-1)).toBe("cut 1");
  });
});

describe("a call in doubt", () => {
  it("whose answer went on for others finds it: its own attempt, at what that cost", async () => {
    const made = setUp();
    const joiner = await left(made);
    expect(joiner.results.echo).toMatchObject({ reused: "joined" });
    const resumed = await made.made.resume("payer");
    expect(resumed.results.echo).toMatchObject({ status: "ok", reused: "cache", cost: COST });
    expect(made.asked).toHaveLength(1);
    const log = made.store.read("payer");
    expect(log.find(({ type }) => type === "call.reused")).toMatchObject({
      from: { runId: "payer", callId: "echo" },
      cost: COST,
      saved: NOTHING,
    });
    expect(faultsOf(log)).toEqual([]);
  });

  it("joins its own attempt where that is still under way for others", async () => {
    const { clock, made, asked } = setUp();
    const cancelling = new AbortController();
    const reason = rejection(made.run({}, { runId: "payer", signal: cancelling.signal }));
    const joiner = made.run({}, { runId: "joiner" });
    await clock.advance(50);
    cancelling.abort(new Error("enough"));
    await reason;
    const resumed = made.resume("payer");
    await clock.advance(50);
    expect((await resumed).results.echo).toMatchObject({ reused: "joined", cost: COST });
    expect((await joiner).results.echo).toMatchObject({ reused: "joined", cost: NOTHING });
    expect(asked).toHaveLength(1);
  });

  it.each(["retry", "ask", "fail"] as const)(
    "is none where another run has the answer, whatever its agent's policy: %s",
    async (inDoubt) => {
      const made = setUp({ inDoubt });
      await died(made, "dead");
      const { results, status } = await made.made.resume("dead");
      expect(status).toBe("complete");
      expect(results.echo).toMatchObject({ status: "ok", reused: "cache", cost: UNKNOWN });
      expect(made.asked).toHaveLength(1);
      expect(faultsOf(made.store.read("dead"))).toEqual([]);
    },
  );

  it("is one for a run that wants a new answer", async () => {
    const made = setUp({ inDoubt: "fail" });
    await died(made, "dead");
    const { results } = await made.made.resume("dead", { cache: { bust: true } });
    expect(results.echo).toMatchObject({ status: "failed", error: { code: "IN_DOUBT" } });
  });

  it("counts against its budget with what was reserved, also when others had the answer", async () => {
    const made = setUp({ maxCost: { usd: 0.001 } }, { budget: { usd: 0.0015 } });
    await died(made, "dead");
    await made.made.resume("dead");
    expect(made.store.read("dead").find(({ type }) => type === "call.reused")).toMatchObject({
      charged: 1_000,
    });
  });
});

describe("answers in a file", () => {
  const make = (store: Store, asked: string[]) =>
    supervisor({
      name: "team",
      backend: { store },
      agents: {
        echo: agent({
          name: "echo",
          version: "1",
          cache: true,
          run: (task: string) => {
            asked.push(task);
            return task;
          },
        }),
      },
    });

  it("serve the next process, each tenant its own", async () => {
    const path = tempPath();
    const asked: string[] = [];
    for (let process = 0; process < 2; process++) {
      await using store = sqlite({ path }).store;
      const team = make(store, asked);
      for (const scope of ["one", "two"]) {
        const { results } = await team.run("task", { cache: { scope } });
        expect(results.echo).toMatchObject({ output: "task" });
      }
    }
    expect(asked).toHaveLength(2);
  });
});

describe("a call whose answer is to be kept, and that fails", () => {
  it("leaves the entry alone that another process has taken over meanwhile", async () => {
    const { clock, store, made } = setUp({
      run: async () => {
        await new Promise<void>((resolve) => clock.timer(100, resolve));
        throw new Error("no");
      },
    });
    const running = made.run({});
    await clock.advance(50);
    const entry = (await store.values.list("cache/")).at(0);
    const taken = { asking: { by: "another process", untilMs: clock.now() + 60_000 } };
    await store.values.change(entry?.key ?? "", () => taken);
    await clock.advance(50);
    expect((await running).results.echo).toMatchObject({ status: "failed" });
    expect(await store.values.get(entry?.key ?? "")).toEqual(taken);
  });
});
