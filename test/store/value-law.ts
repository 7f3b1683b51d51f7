import fc from "fast-check";
import { expect } from "vitest";
import type { Json } from "../../src/model/json.ts";
import type { Store } from "../../src/store/store.ts";
import { virtualClock, type VirtualClock } from "../../src/testing/index.ts";

const KEYS = ["a", "a/1", "a/2", "a\uffff", "a😀", "b"];

const step = fc.oneof(
  fc.record({
    action: fc.constant("change" as const),
    key: fc.constantFrom(...KEYS),
    make: fc.constantFrom("add", "same", "remove", "throw", "no-json"),
    lastsMs: fc.constantFrom(undefined, -1, 0, 5, 50),
  }),
  fc.record({
    action: fc.constant("list" as const),
    prefix: fc.constantFrom("", "a", "a/", "z"),
    after: fc.constantFrom("", "a", "a/1", "a😀", "c"),
    limit: fc.nat({ max: 4 }),
  }),
  fc.record({ action: fc.constant("advance" as const), ms: fc.nat({ max: 20 }) }),
  fc.record({ action: fc.constant("prune" as const), agoMs: fc.integer({ min: -20, max: 20 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Model {
  readonly value: Json;
  readonly expiresAtMs: number;
}

type Change = Extract<Step, { action: "change" }>;

const thrown = new Error("make threw");

function made(make: Change["make"], value: Json | undefined): Json | undefined {
  switch (make) {
    case "add":
      return [...(Array.isArray(value) ? (value as readonly Json[]) : []), 1];
    case "remove":
      return undefined;
    case "throw":
      throw thrown;
    case "no-json":
      return NaN;
    default:
      return value;
  }
}

/** What the port says of a change. */
function expected(model: Map<string, Model>, { key, make, lastsMs }: Change, nowMs: number) {
  const value = model.get(key)?.value;
  if (make === "throw") return thrown;
  if (make === "no-json") return "BAD_OPTIONS";
  const next = made(make, value);
  if (next === undefined) model.delete(key);
  else if (next !== value)
    model.set(key, {
      value: next,
      expiresAtMs: lastsMs === undefined ? Infinity : nowMs + lastsMs,
    });
  return next;
}

async function changed(store: Store, { key, make, lastsMs }: Change, nowMs: number) {
  const options = lastsMs === undefined ? {} : { expiresAtMs: nowMs + lastsMs };
  try {
    return await store.values.change(key, (value) => made(make, value), options);
  } catch (error) {
    return error === thrown ? thrown : (error as { code?: unknown }).code;
  }
}

/** Checks that stores which have the same values open do as the port says, whatever is asked of which of them. */
export async function checkValueLaw(
  numRuns: number,
  open: (clock: VirtualClock) => readonly Store[],
): Promise<void> {
  const steps = fc.array(fc.tuple(step, fc.nat({ max: 1 })), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const clock = virtualClock();
      const stores = open(clock);
      const model = new Map<string, Model>();
      for (const [one, by] of all) {
        const store = stores[by % stores.length];
        if (store === undefined) continue;
        if (one.action === "advance") await clock.advance(one.ms);
        const nowMs = clock.now();
        for (const [key, { expiresAtMs }] of model) if (expiresAtMs <= nowMs) model.delete(key);
        if (one.action === "prune") expect(await store.prune(nowMs - one.agoMs)).toBe(0);
        if (one.action === "change") {
          const was = await changed(store, one, nowMs);
          expect({ one, was }).toEqual({ one, was: expected(model, one, nowMs) });
          // One that is written with a time that has passed is answered with, and not there.
          const kept = model.get(one.key);
          if (kept !== undefined && kept.expiresAtMs <= nowMs) model.delete(one.key);
          expect(await store.values.get(one.key)).toEqual(model.get(one.key)?.value);
        }
        if (one.action === "list") {
          const { prefix, after, limit } = one;
          const keys = [...model.keys()]
            .filter((key) => key.startsWith(prefix) && key > after)
            .toSorted()
            .slice(0, limit);
          expect(await store.values.list(prefix, { after, limit })).toEqual(
            keys.map((key) => ({ key, value: model.get(key)?.value })),
          );
        }
      }
      await Promise.all(stores.map((store) => store.close()));
    }),
    { numRuns },
  );
}
