// An answer that is larger than what the store takes is a failure of its agent; the run goes on.

import { describe, expect, it } from "vitest";
import { agent, judge, memory, supervisor, unanimous, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";

const MIB = 1024 * 1024;
const tempPath = tempPaths();

type Event<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

const ofType = <Type extends RunEvent["type"]>(
  events: readonly RunEvent[],
  type: Type,
): readonly Event<Type>[] => events.filter((event): event is Event<Type> => event.type === type);

/** A store that takes events of so many bytes of JSON, and fails with a larger one. */
function smallStore(maxEventBytes: number): Store {
  const store = memory({ resumable: true }).store;
  return {
    ...store,
    maxEventBytes,
    append(events, fence) {
      for (const { runId: _runId, seq: _seq, atMs: _atMs, ...body } of events) {
        const bytes = Buffer.byteLength(JSON.stringify(body));
        if (bytes > maxEventBytes) throw new Error(`an event of ${bytes} bytes`);
      }
      return store.append(events, fence);
    },
  };
}

const LARGE = "é".repeat(2_000);
const ship = agent({ name: "ship", run: () => ({ recommendation: "ship" }) });

describe("an answer that is larger than what the store takes", () => {
  it("is one failed result that names the size and the limit, charged as paid; who waits for it is not asked", async () => {
    const store = smallStore(1_500);
    let asked = 0;
    const large = agent({
      name: "large",
      maxCost: { usd: 1 },
      retries: 3,
      run: (_task: unknown, { report }) => {
        asked++;
        report({ usdMicros: 700_000 });
        return LARGE;
      },
    });
    const after = agent({
      name: "after",
      needs: { large },
      maxCost: { usd: 0 },
      run: () => "never",
    });
    const free = agent({
      name: "ship",
      maxCost: { usd: 0 },
      run: () => ({ recommendation: "ship" }),
    });
    const team = supervisor({
      name: "team",
      agents: { large, ship: free, after },
      budget: { usd: 1, scope: "today" },
      backend: { store },
    });
    const outcome = await team.run("task");
    expect(asked).toBe(1);
    expect(outcome).toMatchObject({
      status: "partial",
      results: {
        large: {
          status: "failed",
          attempts: 1,
          cost: { usdMicros: 700_000 },
          error: {
            code: "OUTPUT_TOO_LARGE",
            message: expect.stringMatching(
              /^the output of large is an event of 4\d\d\d bytes, and the store takes at most 1500; return less/,
            ) as string,
          },
        },
        ship: { status: "ok" },
        after: { status: "skipped", reason: "need-failed" },
      },
      verdicts: [{ winner: "ship" }],
    });
    const log = await store.read(outcome.runId);
    expect(ofType(log, "call.failed")).toMatchObject([{ agent: "large", charged: 700_000 }]);
    expect(log.at(-1)).toMatchObject({ type: "run.finished" });
  });

  it("lets a fallback be asked", async () => {
    const large = agent({
      name: "large",
      run: () => LARGE,
      fallback: agent({ name: "deputy", run: () => "small" }),
    });
    const outcome = await supervisor({
      name: "team",
      agents: { large },
      backend: { store: smallStore(1_000) },
    }).run("task");
    expect(outcome.results.large).toMatchObject({ status: "ok", output: "small" });
  });

  it("fails the task of a batch that it answers, and no other", async () => {
    const a = agent({
      name: "a",
      run: (task: number) => String(task),
      batch: { run: (tasks) => tasks.map((task) => (task === 1 ? LARGE : "small")) },
    });
    const team = supervisor({ name: "team", agents: { a }, backend: { store: smallStore(1_000) } });
    const outcomes = await Promise.all([1, 2].map((task) => team.run(task)));
    expect(outcomes.map(({ results }) => results.a)).toMatchObject([
      { error: { code: "OUTPUT_TOO_LARGE" } },
      { status: "ok" },
    ]);
  });

  it("fails a nested team whose answer it is, and not its agents", async () => {
    const inner = supervisor({ name: "inner", agents: { ship }, answer: () => LARGE });
    const outcome = await supervisor({
      name: "team",
      agents: { inner, ship },
      backend: { store: smallStore(1_000) },
    }).run("task" as never);
    expect(outcome.results).toMatchObject({
      inner: { status: "failed", error: { code: "OUTPUT_TOO_LARGE" } },
      ship: { status: "ok" },
    });
  });

  it("makes a judge defer, and the chain goes on", async () => {
    const hold = agent({ name: "hold", run: () => ({ recommendation: "hold" }) });
    const ask = agent({
      name: "chief",
      run: () => ({ choice: "A", reasoning: LARGE }),
    });
    const outcome = await supervisor({
      name: "team",
      agents: { ship, hold },
      resolve: [unanimous(), judge({ ask: ask as never })],
      backend: { store: smallStore(2_500) },
    }).run("task");
    expect(outcome.verdicts[0]).toMatchObject({ status: "undecided" });
    expect(outcome.verdicts[0]?.reasoning).toContain("the store takes at most 2500");
  });

  it("fails those too that joined the call, and those that find it in the cache", async () => {
    let asked = 0;
    const big = memory().store;
    const large = agent({
      name: "large",
      version: "1",
      cache: true,
      run: async () => {
        asked++;
        await undefined;
        return LARGE;
      },
    });
    const team = supervisor({ name: "team", agents: { large }, backend: { store: big } });
    await team.run("task");
    const small: Store = { ...smallStore(1_000), values: big.values };
    const other = supervisor({ name: "team", agents: { large }, backend: { store: small } });
    const found = await other.run("task");
    expect(found.results.large).toMatchObject({ error: { code: "OUTPUT_TOO_LARGE" }, attempts: 0 });
    const joined = await Promise.all([other.run("another"), other.run("another")]);
    expect(joined.map(({ results }) => results.large)).toMatchObject([
      { error: { code: "OUTPUT_TOO_LARGE" } },
      { error: { code: "OUTPUT_TOO_LARGE" } },
    ]);
    expect(asked).toBe(2);
  });

  it("is measured as it is kept, without what `redact` takes out", async () => {
    const large = agent({ name: "large", run: () => ({ recommendation: "ship", text: LARGE }) });
    const outcome = await supervisor({
      name: "team",
      agents: { large },
      redact: ["text"],
      backend: { store: smallStore(1_000) },
    }).run("task");
    expect(outcome.results.large.status).toBe("ok");
  });

  it("is one that a file does not take", async () => {
    await using store = sqlite({ path: tempPath(), maxBytes: MIB }).store;
    expect(store.maxEventBytes).toBe(MIB);
    const large = agent({ name: "large", run: () => "x".repeat(2 * MIB) });
    const outcome = await supervisor({
      name: "team",
      agents: { large, ship },
      backend: { store },
    }).run("task");
    expect(outcome.results).toMatchObject({
      large: { error: { code: "OUTPUT_TOO_LARGE" } },
      ship: { status: "ok" },
    });
  });

  it("is one of more than 64 MiB for a file without a limit, though the agent may answer more", async () => {
    await using store = sqlite({ path: ":memory:" }).store;
    const large = agent({
      name: "large",
      maxBytes: 256 * MIB,
      run: () => "é".repeat(32 * MIB),
    });
    const outcome = await supervisor({
      name: "team",
      agents: { large, ship },
      backend: { store },
    }).run("task");
    expect(outcome.results).toMatchObject({
      large: {
        error: {
          code: "OUTPUT_TOO_LARGE",
          message: expect.stringMatching(
            /an event of 671\d{5} bytes, .* at most 67108864/,
          ) as string,
        },
      },
      ship: { status: "ok" },
    });
    expect((await store.read(outcome.runId)).at(-1)).toMatchObject({ type: "run.finished" });
  });
});

describe("a task that is larger than what the store takes", () => {
  it("is refused before anybody is asked, with its size and the limit", async () => {
    await using store = sqlite({ path: tempPath(), maxBytes: MIB }).store;
    let asked = 0;
    const a = agent({ name: "a", run: () => ++asked });
    const team = supervisor({ name: "team", agents: { a }, backend: { store } });
    await expect(team.run("x".repeat(2 * MIB))).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(
        /^the task of supervisor "team" is an event of 20972\d\d bytes, and the store takes at most 1048576; send less/,
      ) as string,
    });
    expect(asked).toBe(0);
    expect(await store.runs()).toEqual([]);
  });
});
