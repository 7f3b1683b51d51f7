import { growth } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";
import { collected } from "./collected.ts";
import { rejection } from "./rejection.ts";

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
    async same(tasks: readonly Task[], similar?: unknown): Promise<readonly unknown[]> {
      const all = await collected(team.runMany(tasks as never, { similar: similar as never }));
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

describe("tasks whose texts are alike", () => {
  it("share the outcome of the one that had a run", async () => {
    const { team, asked } = setUp();
    const tasks = [LONG, LONG.replace("please", "kindly"), LONG.toUpperCase(), "Something else"];
    const all = await collected(team.runMany(tasks as never, { similar: true }));
    expect(all.map(({ sameAs }) => sameAs)).toEqual([undefined, 0, 0, undefined]);
    expect(all[1]?.outcome?.results).toBe(all[0]?.outcome?.results);
    expect(asked).toEqual([LONG, "Something else"]);
  });

  it.each([
    [
      "a number is another",
      "Refund 100 to the customer of the order that we had yesterday",
      /100/,
      "1000",
    ],
    [
      "a sign is another",
      "if the value of the first field < the value of the second one, then answer yes",
      /</,
      ">",
    ],
    ["words are in another order", "Anna owes Boris money", /.*/, "Boris owes Anna money"],
    ["a short text has a word more", "Should we ship?", /we/, "we not"],
  ])("are not the same where %s", async (_, text, from, to) => {
    const { same } = setUp();
    expect(await same([text, text.replace(from, to)], true)).toEqual([undefined, undefined]);
  });

  it.each([
    ["another number", { text: LONG, priority: 1 }, { text: LONG, priority: 2 }],
    ["another flag", { text: LONG, urgent: true }, { text: LONG, urgent: false }],
    ["another member", { text: LONG }, { text: LONG, note: null }],
    ["one item more", [LONG], [LONG, LONG]],
    ["its texts exchanged", { a: LONG, b: "no" }, { a: "no", b: LONG }],
  ])("are not the same with %s", async (_, one, other) => {
    const { same } = setUp();
    const near = JSON.parse(JSON.stringify(one).replaceAll("please", "kindly")) as unknown;
    expect(await same([one, other, near], true)).toEqual([undefined, undefined, 0]);
  });

  it("are as alike as the threshold says: of the pairs of words the part that both have", async () => {
    // 10 words are 11 pairs with the ends; one word changed leaves 9 of 13.
    const [one, other] = ["a b c d e f g h i j", "a b c d x f g h i j"];
    const { same } = setUp();
    expect(await same([one, other], { threshold: 9 / 13 })).toEqual([undefined, 0]);
    expect(await same([one, other], { threshold: 9 / 13 + 0.001 })).toEqual([undefined, undefined]);
    // The default: of 17 words one may be another.
    const words = Array.from({ length: 17 }, (_, n) => String.fromCharCode(97 + n));
    const changed = words.with(8, "x").join(" ");
    expect(await same([words.join(" "), changed], true)).toEqual([undefined, 0]);
    expect(await same([words.slice(1).join(" "), changed.slice(2)], true)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("are compared with those that had a run, and the most alike is taken: no drift", async () => {
    const words = Array.from(
      { length: 40 },
      (_, n) => `w${String.fromCharCode(97 + (n % 26))}${n > 25 ? "z" : ""}`,
    );
    const step = (n: number) => words.map((word, at) => (at < n * 2 ? `${word}x` : word)).join(" ");
    const { same } = setUp();
    // Each is alike to the one before; only those near to one that had a run share it.
    const found = await same([0, 1, 2, 3, 4, 5].map(step), { threshold: 0.85 });
    expect(found[1]).toBe(0);
    expect(found.slice(2)).toContain(undefined);
  });

  it("are not compared where they are very long: only equal ones are the same", async () => {
    const text = `${LONG} `.repeat(300);
    const { same } = setUp();
    expect(await same([text, `${text}!`, text], true)).toEqual([undefined, undefined, 0]);
  });

  it("are the same as themselves, whatever they are, and never make the list fail", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), async (tasks) => {
        const { same } = setUp();
        const found = await same([...tasks, ...tasks], true);
        for (const [index, at] of found.entries()) {
          if (index >= tasks.length) expect(at).toBeLessThan(tasks.length);
        }
      }),
    );
  });

  it("are found with bounded work for each task, however many there are", async () => {
    const compare = (count: number): Promise<unknown> => {
      const { same } = setUp();
      const tasks = Array.from(
        { length: count },
        (_, n) => `${LONG} ${"abcdefghij"[n % 10]} `.repeat(3) + n.toString(36).replace(/\d/g, "q"),
      );
      return same(tasks, true);
    };
    expect(await growth(400, compare)).toBeLessThan(2.2);
  });
});

describe("tasks that the caller says are the same", () => {
  it("share an outcome; the earliest is asked about first", async () => {
    const compared: unknown[] = [];
    const { same, asked } = setUp<{ id: number; group: string }>();
    const tasks = [
      { id: 1, group: "a" },
      { id: 2, group: "b" },
      { id: 3, group: "b" },
    ];
    const found = await same(tasks, (task: (typeof tasks)[0], before: (typeof tasks)[0]) => {
      compared.push([task.id, before.id]);
      return task.group === before.group;
    });
    expect(found).toEqual([undefined, undefined, 1]);
    expect(asked).toHaveLength(2);
    expect(compared).toEqual([
      [2, 1],
      [3, 1],
      [3, 2],
    ]);
  });

  it("fail alone when it throws, or answers with a promise", async () => {
    const { team } = setUp();
    const thrown = await collected(
      team.runMany(["a", "b", "a"] as never, {
        similar: () => {
          throw new Error("cannot tell");
        },
      }),
    );
    expect(thrown.map(({ error }) => (error as Error | undefined)?.message)).toEqual([
      undefined,
      "cannot tell",
      undefined,
    ]);
    const promised = await collected(
      team.runMany(["a", "b"] as never, { similar: (async () => true) as never }),
    );
    expect(promised[1]?.error).toMatchObject({ code: "BAD_OPTIONS" });
  });

  it("have a run of their own when the other one could not be run", async () => {
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
      team.runMany(["bad", "good", "bad", "good"] as never, { similar: () => true }),
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

describe("tasks that wait for a similar one", () => {
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
    const left = rejection(
      collected(team.runMany(["one", "two"], { signal, similar: () => true })),
    );
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    cancelling.abort(new Error("enough"));
    expect(await left).toMatchObject({ message: "enough" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual(["one"]);
  });
});

describe("many tasks with options that cannot work", () => {
  it.each([
    [{ similar: { threshold: 0 } }, "similar.threshold is 0"],
    [{ similar: { threshold: 1.1 } }, "similar.threshold is 1.1"],
    [{ similar: { treshold: 1 } }, 'no option "treshold"'],
    [{ similar: "yes" }, 'similar is "yes"'],
    [{ simliar: true }, 'no option "simliar"'],
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
