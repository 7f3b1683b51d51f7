import vm from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeJson, type JsonFault } from "../../src/model/json.ts";

const ROOM = 4 * 1024 * 1024;

const jsonFault = (value: unknown, maxBytes: number): JsonFault | undefined =>
  takeJson(value, maxBytes).fault;

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { in: value };
  return value;
}

function holey(): unknown {
  const items: number[] = [];
  items[0] = 1;
  items[2] = 3;
  return items;
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value["a"] = value;
  value["b"] = [value, value];
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

class Point {
  readonly x = 1;
}

const throwing = {
  get secret(): never {
    throw new Error("no");
  },
};

describe("what survives JSON", () => {
  it("takes every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonFault(value, ROOM)).toBeUndefined();
      }),
    );
  });

  it.each([
    ["nothing at all", undefined],
    ["an undefined property", { a: undefined }],
    ["an object without prototype", Object.assign(Object.create(null), { a: 1 })],
    ["an object of another realm", vm.runInNewContext("({ a: [1, 2] })")],
    ["a key called __proto__", JSON.parse('{"__proto__": 1}')],
    ["500 levels", nested(500)],
    ["one object in two places", ((shared) => [shared, shared])({ a: 1 })],
    ["half a surrogate pair", "\ud800"],
  ])("takes %s", (_, value) => {
    expect(jsonFault(value, ROOM)).toBeUndefined();
  });

  it.each([
    ["a function", () => 1, "has a function"],
    ["a symbol", Symbol("s"), "has a symbol"],
    ["a bigint", 1n, "has a bigint"],
    ["NaN", Number.NaN, "has the number NaN"],
    ["Infinity", { a: [1, Infinity] }, 'has the number Infinity at "a.1"'],
    ["a Date", { when: new Date(0) }, 'has a Date at "when"'],
    ["a Map", new Map(), "has a Map"],
    ["a class instance", [new Point()], 'has a Point at "0"'],
    ["a boxed string", Object("text"), "has a String"],
    ["a promise", Promise.resolve(1), "has a Promise"],
    ["an error", new Error("e"), "has a Error"],
    ["an object with toJSON", { toJSON: () => 1 }, "has an object with toJSON"],
    ["a hole in an array", holey(), 'has a undefined at "1"'],
    ["undefined in an array", [undefined], 'has a undefined at "0"'],
    ["a cycle", cyclic(), "has a cycle at"],
    ["501 levels", nested(501), "has more than 500 levels at"],
    ["a getter that throws", throwing, "has a property that cannot be read"],
    ["a revoked proxy", { a: revoked() }, "has a property that cannot be read"],
  ])("refuses %s", (_, value, why) => {
    expect(jsonFault(value, ROOM)).toMatchObject({
      kind: "not-json",
      why: expect.stringContaining(why),
    });
  });

  it.each([
    ["a long text", "x".repeat(50 * 1024 * 1024)],
    ["a long array", new Array<number>(6_000_000).fill(0)],
    ["a long list without a single item", new Array<number>(4_000_000_000)],
    ["many keys", Object.fromEntries(Array.from({ length: 400_000 }, (__, n) => [`key ${n}`, n]))],
    ["few objects that are many when written", shared(60)],
    ["an array that never ends", endless()],
  ])("refuses %s as too large without walking all of it", (_, value) => {
    expect(jsonFault(value, ROOM)).toEqual({
      kind: "too-large",
      why: `is larger than ${ROOM} bytes`,
    });
  });

  it("never lets pass what JSON would write longer than the limit by more than its escapes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 200 }), (value, maxBytes) => {
        const fault = jsonFault(value, maxBytes);
        // Twice a plain text's length is the worst that quotes and backslashes make of it; control characters six times.
        if (fault === undefined)
          expect(JSON.stringify(value).length).toBeLessThanOrEqual(6 * maxBytes + 25);
      }),
    );
  });

  it("names a place in a bounded text, whatever the keys are", () => {
    const deep = { ["k".repeat(1_000)]: [[[[[[[Number.NaN]]]]]]] };
    const why = jsonFault(deep, ROOM)?.why ?? "";
    expect(why.length).toBeLessThan(400);
    expect(why).toContain("…");
  });

  it("gives what one trip through JSON would, and keeps nothing of what it was given", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { value: copy } = takeJson(value, ROOM) as { readonly value: unknown };
        expect(copy).toEqual(JSON.parse(JSON.stringify(value)));
        if (typeof value === "object" && value !== null) expect(copy).not.toBe(value);
      }),
    );
    const given = { list: [{ n: 1 }], gone: undefined, zero: -0 };
    const { value } = takeJson(given, ROOM) as { readonly value: unknown };
    given.list.push({ n: 2 });
    expect(Object.keys(value as object)).toEqual(["list", "zero"]);
    expect(value).toEqual({ list: [{ n: 1 }], zero: 0 });
  });

  it("reads an accessor once, and holds what it said then", () => {
    let reads = 0;
    const once = {
      get value(): number {
        if (reads++ > 0) throw new Error("second read");
        return 1;
      },
    };
    const { value } = takeJson(once, ROOM) as { readonly value: unknown };
    expect(JSON.stringify(value)).toBe('{"value":1}');
  });

  it("keeps a key called __proto__ as a key", () => {
    const { value } = takeJson(JSON.parse('{"__proto__":{"admin":true}}'), ROOM) as {
      readonly value: object;
    };
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true}}');
  });
});

function shared(levels: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
}

function endless(): unknown {
  return new Proxy([], {
    get: (target, key) => (key === "length" ? 2 ** 31 : (Reflect.get(target, key) ?? 1)),
  });
}
