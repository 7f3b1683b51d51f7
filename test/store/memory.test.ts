import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryStore, type MemoryOptions } from "../../src/store/memory.ts";
import {
  answered,
  finished,
  started,
  wholeRun,
} from "../../src/testing/store-contract/run-events.ts";
import { storeContract } from "../../src/testing/store-contract/store-contract.ts";
import { checkOwnerLaw } from "./owner-law.ts";

describe("the memory store", () => {
  describe("as a store", () => {
    for (const { name, run } of storeContract(() => memoryStore())) it(name, run);
  });

  it("answers at once", () => {
    const store = memoryStore();
    expect(store.append([started("run")])).toBeUndefined();
    expect(store.read("run")).toHaveLength(1);
  });

  it("keeps the events themselves, without copying", () => {
    const store = memoryStore();
    const event = started("run");
    store.append([event]);
    expect(store.read("run")[0]).toBe(event);
  });

  it("does not hand out its own list", () => {
    const store = memoryStore();
    store.append([started("run")]);
    (store.read("run") as unknown[]).length = 0;
    expect(store.read("run")).toHaveLength(1);
  });

  it("drops the run that ended first when more than keepRuns have ended", () => {
    const store = memoryStore({ keepRuns: 2 });
    for (const runId of ["a", "b", "c"]) store.append([started(runId)]);
    for (const runId of ["c", "a", "b"]) store.append([finished(runId, 2)]);
    expect(store.runs().map(({ runId }) => runId)).toEqual(["b", "a"]);
    expect(store.read("c")).toEqual([]);
  });

  it("keeps 100 ended runs by default", () => {
    const store = memoryStore();
    for (let index = 0; index < 101; index += 1) store.append(wholeRun(`run-${index}`, 2));
    expect(store.read("run-0")).toEqual([]);
    expect(store.read("run-1")).toHaveLength(2);
  });

  it("keeps no ended run at all with keepRuns 0", () => {
    const store = memoryStore({ keepRuns: 0 });
    store.append([started("run")]);
    expect(store.read("run")).toHaveLength(1);
    store.append([finished("run", 2)]);
    expect(store.runs()).toEqual([]);
  });

  it("does not drop a run that went on after its end", () => {
    const store = memoryStore({ keepRuns: 1 });
    store.append(wholeRun("resumed", 3));
    store.append([answered("resumed", 4)]);
    store.append(wholeRun("other", 2));
    expect(store.read("resumed")).toHaveLength(4);
  });

  it("does not drop a run that was taken to go on with, until that ends or lets go", () => {
    const store = memoryStore({ keepRuns: 1 });
    const kept = (): readonly string[] => store.runs().map(({ runId }) => runId);
    for (const runId of ["a", "b"]) {
      store.append(wholeRun(runId, 2));
      store.take(runId);
    }
    store.append(wholeRun("other", 2));
    expect(kept()).toEqual(["other", "b", "a"]);
    store.release("a", 2);
    expect(kept()).toEqual(["b", "a"]);
    store.append([answered("b", 3)], 2);
    store.append([finished("b", 4)], 2);
    expect(kept()).toEqual(["b"]);
  });

  it("counts none of the forgotten runs among the last that ended", () => {
    const store = memoryStore({ keepRuns: 3 });
    for (const runId of ["a", "b", "c", "d"]) store.append(wholeRun(runId, 2));
    expect(store.prune(Infinity)).toBe(3);
    for (const runId of ["b", "e", "f"]) store.append(wholeRun(runId, 2));
    expect(store.runs().map(({ runId }) => runId)).toEqual(["f", "e", "b"]);
    store.append(wholeRun("g", 2));
    expect(store.runs().map(({ runId }) => runId)).toEqual(["g", "f", "e"]);
  });

  it("knows which ended first after some were forgotten", () => {
    const store = memoryStore({ keepRuns: 3 });
    const lengths = { a: 9, b: 9, c: 2, d: 9 };
    for (const [runId, length] of Object.entries(lengths)) store.append(wholeRun(runId, length));
    expect(store.prune(finished("c", 3).atMs)).toBe(1);
    for (const runId of ["e", "f"]) store.append(wholeRun(runId, 2));
    expect(store.runs().map(({ runId }) => runId)).toEqual(["f", "e", "d"]);
  });

  it("answers at once, whatever it is asked", () => {
    const store = memoryStore();
    store.append([started("run")]);
    expect(store.release("run", 1)).toBeUndefined();
    expect(store.take("run")).toBe(2);
    expect(store.prune(0)).toBe(0);
  });

  it("has runs driven by one at a time, whatever is asked of it", async () => {
    await checkOwnerLaw(300, async () => [memoryStore()]);
  });

  it("logs for resuming only when it is told to", () => {
    expect(memoryStore().resumable).toBe(false);
    expect(memoryStore({ resumable: true }).resumable).toBe(true);
    const wrong = { resumable: "yes" } as unknown as MemoryOptions;
    expect(() => memoryStore(wrong)).toThrow(expect.objectContaining({ code: "BAD_OPTIONS" }));
  });

  it("keeps all open runs and the last ended ones, whatever the order", () => {
    const actions = fc.array(fc.record({ run: fc.nat({ max: 12 }), end: fc.boolean() }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(actions, fc.integer({ min: 0, max: 5 }), (steps, keepRuns) => {
        const store = memoryStore({ keepRuns });
        const open = new Map<string, number>();
        const ended: string[] = [];
        steps.forEach(({ run, end }, index) => {
          // A run that has ended makes room for one of a new name.
          const runId = `${run}-${ended.filter((id) => id.startsWith(`${run}-`)).length}`;
          const seq = (open.get(runId) ?? 0) + 1;
          if (seq > 1 && end) {
            store.append([finished(runId, seq)]);
            open.delete(runId);
            ended.push(runId);
          } else {
            store.append([seq === 1 ? started(runId, index) : answered(runId, seq)]);
            open.set(runId, seq);
          }
        });
        const kept = new Set([...open.keys(), ...(keepRuns === 0 ? [] : ended.slice(-keepRuns))]);
        expect(new Set(store.runs({ limit: 1_000 }).map(({ runId }) => runId))).toEqual(kept);
      }),
    );
  });

  it.each([-1, 1.5, NaN, Infinity])("refuses keepRuns %s", (keepRuns) => {
    expect(() => memoryStore({ keepRuns })).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });

  it("keeps the right ones of very many ended runs", () => {
    const store = memoryStore({ keepRuns: 50_000 });
    for (let index = 0; index < 120_000; index += 1) store.append(wholeRun(`run-${index}`, 2));
    expect(store.runs({ limit: 1 })).toHaveLength(1);
    expect(store.read("run-69999")).toEqual([]);
    expect(store.read("run-70000")).toHaveLength(2);
  });
});
