import { expect, it } from "vitest";
import { couldLead, leads } from "../../src/panel/lead.ts";

const isKin = (one: string, other: string): boolean => one.startsWith("k") && other.startsWith("k");

it("two of declared kin are one voice, and a third who is not makes two", () => {
  const made = { place: 0, confidence: 0.5 };
  const held = (...by: readonly string[]) => ({ held: [{ key: "x", by }] });
  expect(leads(held("k1", "k2"), made, isKin)).toBe(false);
  expect(leads(held("k1", "k2", "a"), made, isKin)).toBe(true);
  expect(leads(held("a", "b"), made, isKin)).toBe(true);
  expect(leads(held("a"), made, isKin)).toBe(false);
  expect(couldLead(held("k1"), ["k2"], isKin)).toBe(false);
  expect(couldLead(held("k1"), ["k2", "a"], isKin)).toBe(true);
});
