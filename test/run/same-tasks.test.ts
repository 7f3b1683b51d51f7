import { describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";
import { collected } from "../team/collected.ts";
import { rejection } from "../team/rejection.ts";

/** A team of one that answers with its task, and says what it was asked. */
function setUp<Task = unknown>(input?: object) {
  const asked: unknown[] = [];
  const echo = agent({
    name: "echo",
    retries: 0,
    ...input,
    run: (task: Task) => {
      asked.push(task);
      return task;
    },
  });
  const team = supervisor({ name: "team", agents: { echo }, concurrency: 1 });
  return {
    asked,
    team,
    /** Which task before each of them is the same as. */
    async same(tasks: readonly Task[], key?: (task: Task) => string): Promise<readonly unknown[]> {
      const options = key === undefined ? {} : { key };
      const all = await collected(team.runMany(tasks as never, options as never));
      return all.map(({ sameAs }) => sameAs);
    },
  };
}

const LONG =
  "The customer writes that the printer on the second floor prints nothing but blank pages since Monday, please advise";

describe("equal tasks", () => {
  it("say which one before them they are the same as, also when that came to nothing", async () => {
    const { team } = setUp();
    const broken = { bad: 1n };
    const all = await collected(team.runMany(["a", "b", "a", broken, "a"] as never));
    expect(all.map(({ sameAs }) => sameAs)).toEqual([undefined, undefined, 0, undefined, 0]);
    expect(all[2]?.outcome?.results).toBe(all[0]?.outcome?.results);
    // What is shared is paid once: the sum of the bills is what was asked.
    expect(all[2]?.outcome?.bill).toMatchObject({
      calls: 0,
      spent: { usdMicros: 0 },
      saved: { duplicates: { calls: 1, usdMicros: "unknown" } },
    });
    expect("sameAs" in (all[0] ?? {})).toBe(false);
  });

  it("are all that is looked for where nothing is said", async () => {
    const { same, asked } = setUp();
    expect(await same([LONG, `${LONG}.`])).toEqual([undefined, undefined]);
    expect(asked).toHaveLength(2);
  });
});

describe("tasks with an equal key", () => {
  it("share the outcome of the earliest, and pay nothing", async () => {
    const { team, asked } = setUp<{ id: number; group: string }>();
    const tasks = [
      { id: 1, group: "a" },
      { id: 2, group: "b" },
      { id: 3, group: "b" },
      { id: 4, group: "a" },
    ];
    const all = await collected(team.runMany(tasks, { key: ({ group }) => group }));
    expect(all.map(({ sameAs }) => sameAs)).toEqual([undefined, undefined, 1, 0]);
    expect(asked).toEqual(tasks.slice(0, 2));
    expect(all[2]?.outcome?.results).toBe(all[1]?.outcome?.results);
    expect(all[3]?.outcome?.bill).toMatchObject({
      calls: 0,
      spent: { usdMicros: 0 },
      saved: { duplicates: { calls: 1 } },
    });
  });

  it("are asked for it once each, in their order", async () => {
    const seen: unknown[] = [];
    const { same } = setUp<string>();
    const found = await same(["a", "b", "a"], (task) => {
      seen.push(task);
      return task;
    });
    expect(found).toEqual([undefined, undefined, 0]);
    expect(seen).toEqual(["a", "b", "a"]);
  });

  it("are the same whatever else they are, and equal tasks with other keys are not", async () => {
    const { same, asked } = setUp();
    let count = 0;
    expect(await same(["a", "a"], () => String(count++))).toEqual([undefined, undefined]);
    expect(asked).toEqual(["a", "a"]);
    expect(await same(["", 0, null, undefined, { bad: 1n }], () => "")).toEqual([
      undefined,
      0,
      0,
      0,
      0,
    ]);
  });

  it("are told apart by keys of any length and content", async () => {
    const keys = [LONG.repeat(20), `${LONG.repeat(20)}.`, "", "__proto__", "undefined", "\0"];
    const { same } = setUp<number>();
    const found = await same([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], (n) => keys[n] ?? "");
    expect(found).toEqual([...keys.map(() => undefined), ...keys.keys()]);
  });

  it("are known again among the last 1,000 keys, so that an endless list does not fill the memory", async () => {
    const tasks = Array.from({ length: 1_001 }, (_, n) => n);
    const { same } = setUp<number>();
    const found = await same([...tasks, 1, 0], String);
    expect(found.slice(0, 1_001).every((at) => at === undefined)).toBe(true);
    expect(found.slice(1_001)).toEqual([1, undefined]);
  });

  it("fail alone when the key throws, is no text, or is a promise", async () => {
    const { team } = setUp();
    const thrown = await collected(
      team.runMany(["a", "b", "a"] as never, {
        key: (task: unknown) => {
          if (task === "b") throw new Error("cannot tell");
          return String(task);
        },
      }),
    );
    expect(thrown.map(({ error }) => (error as Error | undefined)?.message)).toEqual([
      undefined,
      "cannot tell",
      undefined,
    ]);
    for (const [said, shown] of [
      [undefined, "undefined"],
      [null, "null"],
      [3, "3"],
      [{}, "of type object"],
    ]) {
      const [one] = await collected(team.runMany(["a"] as never, { key: () => said as never }));
      expect(one?.error).toMatchObject({
        code: "BAD_OPTIONS",
        message: `runMany of supervisor "team": key returned ${String(shown)}; return a text`,
      });
    }
    const promised = await collected(
      team.runMany(["a", "b"] as never, { key: (async () => "a") as never }),
    );
    expect(promised).toMatchObject([
      { error: { code: "BAD_OPTIONS" } },
      { error: { code: "BAD_OPTIONS" } },
    ]);
  });

  it("have a run of their own when the earliest could not be run", async () => {
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) =>
          value === "bad" ? { issues: [{ message: "bad" }] } : { value },
      },
    };
    const { team, asked } = setUp({ input: schema });
    const all = await collected(
      team.runMany(["bad", "good", "bad", "good"] as never, { key: () => "all" }),
    );
    expect(all.map(({ sameAs }) => sameAs)).toEqual([undefined, undefined, 0, 1]);
    expect(all.map(({ outcome }) => outcome?.status)).toEqual([
      undefined,
      "complete",
      undefined,
      "complete",
    ]);
    expect(asked).toEqual(["good"]);
  });
});

describe("tasks that wait for one with an equal key", () => {
  it("begin nothing when that is cancelled with the whole list", async () => {
    const asked: string[] = [];
    const slow = agent({
      name: "slow",
      run: async (task: string, { signal }) => {
        asked.push(task);
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
    });
    const team = supervisor({ name: "team", agents: { slow } });
    const cancelling = new AbortController();
    const { signal } = cancelling;
    const left = rejection(collected(team.runMany(["one", "two"], { signal, key: () => "all" })));
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    cancelling.abort(new Error("enough"));
    expect(await left).toMatchObject({ message: "enough" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(["one"]);
  });
});

describe("many tasks with options that cannot work", () => {
  it.each([
    [{ key: "id" }, 'key is "id"; use (task) => string'],
    [{ key: null }, "key is null; use (task) => string"],
    [{ key: {} }, "key is of type object; use (task) => string"],
    [{ similar: true }, "similar was renamed to key; use key: (task) => string"],
    [{ similar: { threshold: 0.9 } }, "similar was renamed to key"],
    [{ similar: () => true }, "similar was renamed to key"],
    [{ keys: true }, 'no option "keys"'],
    [{ runId: "x" }, 'no option "runId"'],
  ])("are refused: %o", async (options, message) => {
    const { team } = setUp();
    expect(
      await rejection(collected(team.runMany(["a"] as never, options as never))),
    ).toMatchObject({ code: "BAD_OPTIONS", message: expect.stringContaining(message) });
  });

  it("use the cache as they are told", async () => {
    const asked: string[] = [];
    const echo = agent({
      name: "echo",
      version: "1",
      cache: true,
      run: (task: string) => {
        asked.push(task);
        return task;
      },
    });
    const team = supervisor({ name: "team", agents: { echo } });
    for (const scope of ["one", "two", "one"]) {
      await collected(team.runMany(["a"], { cache: { scope } }));
    }
    expect(asked).toHaveLength(2);
  });
});
