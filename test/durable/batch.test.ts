import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memory, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { tempPaths } from "../sqlite/temp-folder.ts";
import { batchedTeam } from "./processes/batched-team.ts";
import { startProcess } from "./processes/process.ts";

const tempPath = tempPaths();
const RUNS = ["r1", "r2", "r3", "r4"];

const startsOf = async (store: Store, runId: string): Promise<readonly RunEvent[]> =>
  (await store.read(runId)).filter(({ type }) => type === "call.started");

describe("a batch whose process was killed in the middle of it", () => {
  it("left every call of it in doubt, and those that are asked again may meet again", async () => {
    const [path, paid] = [tempPath(), tempPath()];
    const { signal, stderr } = await startProcess("batched.ts", [path, paid]).ended;
    expect({ signal, stderr }).toEqual({ signal: "SIGKILL", stderr: "" });
    expect(readFileSync(paid, "utf8")).toBe("1 2 3 4\n");
    await using store = sqlite({ path }).store;
    const asked: (readonly number[])[] = [];
    const team = batchedTeam(store, (tasks) => asked.push(tasks));
    for (const runId of RUNS) {
      expect(await startsOf(store, runId)).toMatchObject([{ attempt: 1, batch: 4 }]);
    }
    const [first, ...others] = RUNS;
    expect((await team.resume(first ?? "")).results.a).toMatchObject({ output: 10 });
    const outcomes = await Promise.all(others.map((runId) => team.resume(runId)));
    expect(outcomes.map(({ results: { a } }) => a.status === "ok" && a.output)).toEqual([
      20, 30, 40,
    ]);
    expect(asked.flat().toSorted((x, y) => x - y)).toEqual([1, 2, 3, 4]);
    expect(asked[0]).toEqual([1]);
    for (const runId of RUNS) expect((await startsOf(store, runId)).length).toBe(2);
    // And once more: nobody is asked.
    asked.length = 0;
    for (const runId of RUNS) expect((await team.resume(runId)).status).toBe("complete");
    expect(asked).toEqual([]);
  });

  it("has failed call by call where they must not be asked twice; who had an answer keeps it", async () => {
    const whole = memory({ resumable: true }).store;
    const runs = RUNS.map((runId, index) => batchedTeam(whole, () => {}).run(index + 1, { runId }));
    await Promise.all(runs);
    const store = memory({ resumable: true }).store;
    for (const runId of RUNS) {
      const events = await whole.read(runId);
      const end = events.findIndex(({ type }) => type === "call.succeeded");
      store.append(events.slice(0, runId === "r2" ? end + 1 : end));
      store.release(runId, 1);
    }
    const asked: unknown[] = [];
    const team = batchedTeam(store, (tasks) => asked.push(tasks), "fail");
    const outcomes = await Promise.all(RUNS.map((runId) => team.resume(runId)));
    const codes = outcomes.map(({ results: { a } }) =>
      a.status === "failed" ? a.error.code : a.status,
    );
    expect(codes).toEqual(["IN_DOUBT", "ok", "IN_DOUBT", "IN_DOUBT"]);
    expect(asked).toEqual([]);
  });
});

describe("a run whose store fails while a batch begins", () => {
  it("is out of it alone", async () => {
    const good = memory().store;
    const bad: Store = {
      ...memory().store,
      append(events) {
        if (events.some(({ type }) => type === "call.started")) throw new Error("disk full");
      },
    };
    const asked: (readonly number[])[] = [];
    const team = batchedTeam(good, (tasks) => asked.push(tasks));
    const runs = [1, 2, 3, 4].map((task) =>
      team.run(task, task === 3 ? { backend: { store: bad } } : {}),
    );
    const ends = await Promise.allSettled(runs);
    expect(ends.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(ends[2]).toMatchObject({ reason: { code: "STORE_FAILED" } });
    expect(asked).toEqual([[1, 2, 4]]);
  });

  it("is not asked when it is cancelled while the others begin", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow: Store = {
      ...memory().store,
      append: (events) =>
        events.some(({ type }) => type === "call.started") ? promise : undefined,
    };
    const asked: (readonly number[])[] = [];
    const team = batchedTeam(memory().store, (tasks) => asked.push(tasks));
    const controller = new AbortController();
    const cancelled = [1, 2].map((task) => team.run(task, { signal: controller.signal }));
    const last = team.run(3, { backend: { store: slow } });
    await new Promise(setImmediate);
    controller.abort(new Error("enough"));
    resolve();
    for (const run of cancelled) await expect(run).rejects.toThrow("enough");
    expect((await last).status).toBe("complete");
    expect(asked).toEqual([[3]]);
  });

  it("does not keep the others from it when it is slow: they wait until it is cancelled", async () => {
    const good = memory().store;
    const hanging: Store = {
      ...memory().store,
      append: (events) =>
        events.some(({ type }) => type === "call.started") ? new Promise(() => {}) : undefined,
    };
    const asked: (readonly number[])[] = [];
    const team = batchedTeam(good, (tasks) => asked.push(tasks));
    const controller = new AbortController();
    const { signal } = controller;
    const stuck = team.run(1, { backend: { store: hanging }, signal });
    const others = [2, 3].map((task) => team.run(task));
    await new Promise(setImmediate);
    controller.abort(new Error("enough"));
    await expect(stuck).rejects.toThrow("enough");
    await Promise.all(others);
    expect(asked).toEqual([[2, 3]]);
  });
});
