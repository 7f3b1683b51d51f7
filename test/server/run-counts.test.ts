import { describe, expect, it } from "vitest";
import {
  agent,
  memory,
  supervisor,
  type RunQuery,
  type RunStatus,
  type RunSummary,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { runCounter } from "../../src/server/run-counts.ts";
import { serve } from "./served.ts";

/** A store that lists so many runs, and says how often it was asked. */
function listing(many: number, statusOf: (index: number) => RunStatus = () => "complete") {
  const all = Array.from({ length: many }, (_, index): RunSummary => ({
    runId: `run-${index}`,
    supervisor: { name: "team" },
    startedAtMs: 0,
    endedAtMs: 1,
    status: statusOf(index),
    events: 3,
  }));
  const asked: RunQuery[] = [];
  const store = {
    ...memory().store,
    runs(query: RunQuery = {}) {
      asked.push(query);
      const from = all.findIndex(({ runId }) => runId === query.after) + 1;
      return all.slice(from, from + (query.limit ?? 100));
    },
  } as Store;
  return { store, asked };
}

describe("how many runs there are", () => {
  it("is told by status, of a team, a tag and a time, over HTTP", async () => {
    const one = agent({
      name: "one",
      retries: 0,
      run(task: { readonly fails?: boolean }) {
        if (task.fails === true) throw new Error("no");
        return "ship";
      },
    });
    const team = supervisor({ name: "gate", agents: { one }, backend: memory() });
    await team.run({}, { tags: { kind: "nightly" } });
    await team.run({});
    await team.run({ fails: true });
    await using served = await serve({ teams: [team] });
    const counts = async (query: string): Promise<object> =>
      (await served.ask("GET", `/api/run-counts${query}`)).json;
    expect(await counts("")).toEqual({ all: 3, statuses: { complete: 2, failed: 1 } });
    expect(await counts("?tag=kind=nightly")).toEqual({ all: 1, statuses: { complete: 1 } });
    expect(await counts("?team=other")).toEqual({ all: 0, statuses: {} });
    expect(await counts(`?since=${Date.now() + 60_000}`)).toEqual({ all: 0, statuses: {} });
    expect((await served.ask("GET", "/api/run-counts?tag=kind")).status).toBe(400);
    expect((await served.ask("GET", "/api/run-counts", { token: null })).status).toBe(401);
  });

  it("is counted in portions up to a bound, and says that there are more", async () => {
    const { store, asked } = listing(5_200, (index) => (index === 5_100 ? "failed" : "complete"));
    const counter = runCounter(store, () => 0);
    expect(await counter.of({})).toEqual({ all: 5_000, statuses: { complete: 5_000 }, more: true });
    expect(Math.max(...asked.map(({ limit = 0 }) => limit))).toBe(500);
    const whole = runCounter(listing(5_000).store, () => 0);
    expect(await whole.of({})).toEqual({ all: 5_000, statuses: { complete: 5_000 } });
  });

  it("is counted once for all who ask the same within five seconds, and anew after a failure", async () => {
    const { store, asked } = listing(3);
    let nowMs = 0;
    const counter = runCounter(store, () => nowMs);
    await Promise.all([counter.of({}), counter.of({}), counter.of({ tenant: "ann" })]);
    expect(asked).toHaveLength(2);
    nowMs = 5_000;
    await counter.of({});
    expect(asked).toHaveLength(3);
    let fails = true;
    const failing = runCounter(
      {
        ...store,
        runs(query) {
          if (fails) throw new Error("the disk is full");
          return store.runs(query);
        },
      },
      () => 0,
    );
    await expect(failing.of({})).rejects.toThrow("the disk is full");
    fails = false;
    expect(await failing.of({})).toMatchObject({ all: 3 });
  });
});
