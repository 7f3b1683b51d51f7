import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type ManyOptions } from "../../src/index.ts";
import { MANY } from "../../src/run/many/run-many.ts";
import { DRIVEN } from "../../src/team/run-options.ts";
import { virtualClock } from "../../src/testing/index.ts";

const NAMES = ["a", "b", "c", "d", "e"];

/** What became of two tasks that were run with these options. */
async function tried(given: object) {
  const clock = virtualClock();
  const own = memory({ clock, resumable: true });
  const other = memory({ clock, resumable: true });
  const options = "backend" in given ? { backend: other } : given;
  const seen = { asked: [] as string[], inFlight: 0, most: 0, aborts: 0 };
  const made = NAMES.map((name) =>
    agent({
      name,
      version: "1",
      cache: true,
      model: "mini",
      maxCost: { usd: 0.1 },
      backoff: { baseMs: 0, maxMs: 0 },
      run: async (task: string, { signal, report }) => {
        seen.asked.push(name);
        seen.most = Math.max(seen.most, ++seen.inFlight);
        report({ inputTokens: 1_000_000, outputTokens: 0 });
        signal.addEventListener("abort", () => seen.aborts++);
        await new Promise<void>((resolve) => clock.timer(100, resolve));
        seen.inFlight--;
        if (task === "busy")
          throw Object.assign(new Error("503"), { status: 503, retryAfterMs: 50 });
        return "ship";
      },
    }),
  );
  const agents = Object.fromEntries(made.map((one) => [one.name, one]));
  const team = supervisor({ name: "team", agents, backend: own, clock });
  const collecting = (async () => {
    const results = [];
    for await (const one of team.runMany(["one", "busy"] as never[], options as never))
      results.push(one);
    return results;
  })();
  collecting.catch(() => {});
  for (let turn = 0; await clock.next(); turn++) expect(turn).toBeLessThan(1_000);
  const results = await collecting.catch((thrown: unknown) => ({ thrown }));
  const [first, second] = Array.isArray(results) ? results : [];
  const logOf = (runId = "") => [...own.store.read(runId), ...other.store.read(runId)];
  return {
    seen,
    thrown: "thrown" in results ? results.thrown : undefined,
    first: first?.outcome,
    second: second?.outcome,
    sameAs: second?.sameAs,
    events: logOf(first?.outcome?.runId),
    eventsOfSecond: logOf(second?.outcome?.runId),
    inOther: other.store.read(first?.outcome?.runId ?? "").length,
    kept: own.store.values.list("cache/").map(({ key }) => key),
  };
}

type Tried = Awaited<ReturnType<typeof tried>>;

/** For each option something that differs with it. A new option needs its line here. */
const OPTIONS: {
  readonly [Name in keyof Required<ManyOptions>]: readonly [given: unknown, (of: Tried) => unknown];
} = {
  key: [() => "same", ({ sameAs }) => sameAs],
  signal: [AbortSignal.abort(new Error("enough")), ({ thrown }) => (thrown as Error)?.message],
  deadlineMs: [50, ({ first }) => first?.status],
  route: [["b"], ({ seen }) => [...new Set(seen.asked)]],
  mode: ["sequence", ({ events }) => events.find(({ type }) => type === "run.planned")],
  panel: ["certain", ({ first }) => first?.bill.calls],
  backend: ["another", ({ inOther }) => inOther],
  concurrency: [1, ({ seen }) => seen.most],
  budget: [{ usd: 0.2 }, ({ first }) => first?.missing.length],
  prices: [
    { mini: { input: 0.05, output: 1, date: "2026-11-22" } },
    ({ first }) => first?.bill.spent.usdMicros,
  ],
  cache: [{ scope: "mine" }, ({ kept }) => kept],
  tenant: ["acme", ({ events: [begun] }) => begun?.type === "run.started" && begun.tenant],
  tags: [{ pr: "7" }, ({ events: [begun] }) => begun?.type === "run.started" && begun.tags],
  timeoutMs: [20, ({ seen }) => seen.aborts],
  graceMs: [1, ({ events }) => events.filter(({ type }) => type === "call.abandoned").length],
  retries: [
    0,
    ({ eventsOfSecond }) => eventsOfSecond.filter(({ type }) => type === "call.retried").length,
  ],
  backoff: [{ maxRetryAfterMs: 10 }, ({ seen }) => seen.asked.length],
  maxBytes: [5, ({ first }) => first?.status],
};

describe("options of many runs", () => {
  it("are those of one run, but for its id and those of a fork, and a key", () => {
    const ofOneRun = Object.keys(DRIVEN.table).filter(
      (name) => !["runId", "from", "input"].includes(name),
    );
    expect(Object.keys(MANY.table).toSorted()).toEqual([...ofOneRun, "key"].toSorted());
    expect(Object.keys(OPTIONS).toSorted()).toEqual(Object.keys(MANY.table).toSorted());
  });

  it.each(Object.entries(OPTIONS))("do what they say: %s", async (name, [given, look]) => {
    // Only an attempt that is told to stop has a grace.
    const also = name === "graceMs" ? { timeoutMs: 20 } : {};
    const [without, having] = [await tried(also), await tried({ ...also, [name]: given })];
    if (name !== "signal") expect(having.thrown).toBeUndefined();
    expect(look(having)).not.toEqual(look(without));
  });
});
