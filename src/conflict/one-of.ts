import { arrayIn } from "../check/given.ts";
import { hearOptions } from "../model/hear.ts";
import { QuorateError } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import { listedKey } from "./listed-key.ts";
import type { Comparator } from "./compare.ts";

/**
 * A closed set: positions are compared with `equal()`, and the listed spelling represents each. An unlisted
 * value is set aside: it is not a position, has no vote, and the verdict's reasoning names who claimed it.
 */
export function oneOf(values: readonly Json[]): Comparator {
  hearOptions(values);
  const list = arrayIn(values, "oneOf");
  if (list === undefined || list.length === 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "oneOf: no values are listed; give the positions that are allowed, as an array",
    );
  }
  const listed = new Map<string, Json>();
  for (const value of list as readonly Json[]) {
    const key = listedKey(value, "oneOf");
    if (listed.has(key)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `oneOf: ${JSON.stringify(value)} is listed twice (case and surrounding spaces do not count); list it once`,
      );
    }
    listed.set(key, value);
  }
  return Object.freeze({
    name: "oneOf",
    exact: true,
    definition: [...(list as readonly Json[])],
    group: (candidates) => ({
      groups: candidates.flatMap(({ key }, index) => {
        const value = listed.get(key);
        return value === undefined ? [] : [{ value, members: [index] }];
      }),
    }),
  } satisfies Comparator);
}
