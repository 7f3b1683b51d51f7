// What an agent throws may be large beyond bounds, or made anew each time it is read. Describing it must not hold up the other agents.

import { operations } from "../operations.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, supervisor } from "../../src/index.ts";

interface Said {
  readonly name: string;
  readonly message: string;
}

/** What an outcome says of a value that its only agent throws. */
async function causeOf(thrown: unknown): Promise<Said | undefined> {
  // A promise: a function that throws may throw only errors by the rules of this house.
  const a = agent({ name: "a", retries: 0, run: () => Promise.reject(thrown as Error) });
  const { results } = await supervisor({ name: "team", agents: { a } }).run("task");
  const failed = JSON.parse(JSON.stringify(results.a)) as {
    readonly error: { readonly causes: readonly Said[] };
  };
  return failed.error.causes[0];
}

/** Two references to the same, so many levels deep: as a tree, it has two to that power of leaves. */
function shared(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
}

/** The same where each reading makes a new one. */
const made = (levels: number): object => ({
  get left() {
    return levels === 0 ? 1 : made(levels - 1);
  },
  get right() {
    return levels === 0 ? 1 : made(levels - 1);
  },
});

const endless = (): object => ({
  get next() {
    return endless();
  },
});

const rows = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, row) => ({ row, text: `row ${row}` }));

const long = (items: unknown): unknown =>
  new Proxy([], {
    get: (target, key): unknown => (key === "length" ? 4e9 : (Reflect.get(target, key) ?? items)),
  });

/** Looking for promises in what was thrown, once, and a few of its getters' values takes fewer. */
const MOST_OPERATIONS = 25_000_000;

describe("the work for a thrown value", () => {
  it.each<[string, () => unknown]>([
    ["shares its parts", () => shared(60)],
    ["has a cause that shares its parts", () => new Error("no", { cause: shared(60) })],
    ["has no end", endless],
    ["has a list without an end as its errors", () => ({ errors: long(rows(1)[0]) })],
    ["has a getter for each of many members", () => Array.from({ length: 1_000 }, () => made(30))],
    ["is the answer of a client, with many rows", () => ({ status: 500, data: rows(400_000) })],
    [
      "has many headers",
      () => ({ headers: Object.fromEntries(rows(50_000).map((row, at) => [at, row])) }),
    ],
    [
      "nests errors in errors",
      () => {
        let error: Error = new Error("no");
        const wrap = (cause: Error) => new AggregateError(Array(5).fill(error), "all", { cause });
        for (let level = 0; level < 30; level++) error = [1, 2, 3, 4].reduce(wrap, error);
        return error;
      },
    ],
  ])("is bounded where it %s", async (_, thrown) => {
    const value = thrown();
    const work = await operations(() => causeOf(value));
    expect(work).toBeLessThan(MOST_OPERATIONS);
  });

  it("grows no more with what is shared within it", async () => {
    const of = (levels: number) => operations(() => causeOf(shared(levels)));
    await of(20);
    expect(await of(200)).toBeLessThan(2 * (await of(100)));
  });
});

describe("the words for a thrown value", () => {
  it("are the beginning of its JSON", async () => {
    const value = fc.oneof(fc.object({ withDate: true, withBoxedValues: true }), fc.jsonValue());
    const plain = value.filter((one) => typeof one === "object" && one !== null);
    await fc.assert(
      fc.asyncProperty(plain, async (thrown) => {
        const json = JSON.stringify(thrown);
        const said = (await causeOf({ thrown }))?.message ?? "";
        const whole = `{"thrown":${json}}`;
        expect(said).toBe(whole.length > 2_000 ? `${said.slice(0, -1)}…` : whole);
        expect(whole.startsWith(said.replace(/…$/, ""))).toBe(true);
      }),
    );
  });

  it("leave out what is beyond what is kept", async () => {
    const said = await causeOf(rows(1_000));
    const words = said?.message.replace(/…$/, "") ?? "";
    expect(JSON.stringify(rows(1_000)).startsWith(words)).toBe(true);
    // It ends between two words.
    expect(words.length).toBeGreaterThan(1_980);
    expect(words.length).toBeLessThanOrEqual(2_000);
  });

  it("end where too many members have nothing to say", async () => {
    const many = Object.fromEntries(rows(10_000).map((_, at) => [`m${at}`, undefined]));
    expect((await causeOf({ ...many, last: 1 }))?.message).toBe("{…");
  });
});

it("hears promises that only a getter has, wherever a thrown value is read", async () => {
  const strays: unknown[] = [];
  const note = (stray: unknown): void => void strays.push(stray);
  process.on("unhandledRejection", note);
  const reject = { enumerable: true, get: () => Promise.reject(new Error("nobody listens")) };
  const names = ["name", "message", "code", "cause", "status", "statusCode", "headers", "response"];
  const more = ["errors", "lastError", "retryAfterMs", "retryable", "$retryable", "$metadata"];
  const yetMore = [
    "isRetryable",
    "error",
    "data",
    "responseBody",
    "syscall",
    "cmd",
    "exitCode",
    "x",
  ];
  const all = [...names, ...more, ...yetMore, "constructor", "details", "rawMessage", "toJSON"];
  const unheard: string[] = [];
  for (const name of all) {
    await causeOf(Object.defineProperty({}, name, reject));
    await new Promise((resolve) => setImmediate(resolve));
    if (strays.splice(0).length > 0) unheard.push(name);
  }
  process.off("unhandledRejection", note);
  expect(unheard).toEqual([]);
});
