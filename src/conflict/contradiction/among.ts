import type { Apart } from "../keep-apart.ts";
import { contradict, hasCharges, mayContradict } from "./contradict.ts";
import type { Reading } from "./reading.ts";

/** About how many pairs of texts are compared word by word; pairs with the same words and other values are not counted. */
const MAX_COMPARED = 200_000;

/**
 * Which of many texts, by index, contradict each other. So that hostile texts cannot take forever, two texts that differ in what they
 * assert count as contradicting once very many have been compared.
 */
export function contradictionsAmong(readings: readonly Reading[]): Apart {
  const keys = numbered(readings.map(({ key }) => key));
  const frames = numbered(readings.map(({ frame }) => frame));
  let left = MAX_COMPARED;
  return {
    kindOf: (index) => keys[index] ?? 0,
    apart(a, b) {
      const [one, other] = [readings[a], readings[b]];
      if (one === undefined || other === undefined || keys[a] === keys[b]) return false;
      if (!mayContradict(one, other)) return false;
      // Where nothing is denied, has an opposite or is a value, only one place is compared.
      if (!hasCharges(one, other)) return contradict(one, other);
      if (frames[a] !== frames[b] && left-- <= 0) return true;
      return contradict(one, other);
    },
  };
}

function numbered(texts: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(texts, (text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}
