import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageLink } from "../../src/conflict/average-link.ts";
import { MAX_SIMILAR_TEXTS, similar } from "../../src/conflict/similar.ts";
import { words } from "../../src/conflict/words.ts";

/** The groups of some texts, as texts: the one that stands for its group first. */
function groups(texts: readonly string[], threshold?: number): readonly (readonly string[])[] {
  const sorted = [...new Set(texts)].sort();
  const candidates = sorted.map((value) => ({
    value,
    key: value,
    heldBy: texts.filter((text) => text === value).length,
  }));
  return similar(threshold === undefined ? {} : { threshold })
    .group(candidates)
    .groups.map(({ members }) => members.map((member) => sorted[member] ?? ""));
}

describe("the words of a text", () => {
  test("are the parts of identifiers and paths, lower-cased", () => {
    expect(words("parseHTTPBody2 in src/user_id.ts")).toEqual([
      "parse",
      "http",
      "body",
      "2",
      "src",
      "user",
      "id",
      "ts",
    ]);
  });

  test("leave the most common English ones out", () => {
    expect(words("This is the cause of it")).toEqual(["cause"]);
  });

  test("exist in scripts with and without spaces", () => {
    expect(words("Überprüfung café")).toEqual(["überprüfung", "café"]);
    expect(words("缓存失效")).toEqual(["缓存", "存失", "失效"]);
    expect(words("ошибка кэша")).toEqual(["ошибка", "кэша"]);
  });

  test("are those of the first 4,000 characters", () => {
    expect(words(`${"x ".repeat(2_000)}late`)).not.toContain("late");
  });

  test("are found in linear time in one long run", () => {
    expect(words("A".repeat(4_000))).toEqual(["a".repeat(4_000)]);
    expect(words("aB".repeat(2_000)).length).toBeGreaterThan(1_000);
  });
});

describe("similar", () => {
  const overflow = [
    "Integer overflow in computeTotal when quantity is large",
    "computeTotal can overflow: quantity times price exceeds the integer range",
    "The quantity may overflow in compute_total",
  ];
  const race = [
    "Race between refresh and logout leaves the session open",
    "A session stays open after logout because refresh races with it",
  ];

  test("groups by the words that are shared", () => {
    const found = groups([...overflow, ...race, "README has a typo"]);
    expect(found.map((group) => group.toSorted())).toEqual(
      expect.arrayContaining([overflow.toSorted(), race.toSorted(), ["README has a typo"]]),
    );
    expect(found).toHaveLength(3);
  });

  test("groups more with a lower threshold, and only the same words at 1", () => {
    expect(groups(overflow, 0.01)).toHaveLength(1);
    expect(groups([...overflow, "OVERFLOW in compute_total, may the quantity"], 1)).toHaveLength(3);
    expect(groups(["the user id", "userId", "a user_id!"], 1)).toHaveLength(1);
  });

  test("keeps texts without words apart", () => {
    expect(groups(["!!!", "???", "the"])).toHaveLength(3);
  });

  test("lets the text most like the others stand for the group", () => {
    const texts = ["alpha beta gamma", "alpha beta gamma delta", "alpha beta gamma epsilon zeta"];
    expect(groups(texts, 0.1)[0]?.[0]).toBe("alpha beta gamma");
  });

  test("does not depend on the order of the texts", () => {
    const text = fc.array(
      fc.constantFrom("cache", "write", "lock", "user", "query", "null", "loop"),
      { minLength: 1, maxLength: 5 },
    );
    const texts = fc.uniqueArray(
      text.map((list) => list.join(" ")),
      { maxLength: 20 },
    );
    const both = texts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(both, ([list, other]) => {
        expect(groups(other)).toEqual(groups(list));
        expect(groups(list).flat().toSorted()).toEqual(list.toSorted());
      }),
    );
  });

  test("groups only the same words when there are too many texts", () => {
    const texts = Array.from(
      { length: MAX_SIMILAR_TEXTS + 1 },
      (_, i) => `failure number ${i} in the parser of dates`,
    );
    const candidates = [...texts, `Failure, number 0, in the parser of dates`]
      .sort()
      .map((value) => ({ value, key: value, heldBy: 1 }));
    expect(similar({ threshold: 0.1 }).group(candidates).groups).toHaveLength(texts.length);
  });

  test("gets through texts that all share their words", () => {
    const texts = Array.from(
      { length: 2_000 },
      (_, i) =>
        Array.from(
          { length: 40 },
          (_, k) => `w${"abcdefghij".charAt((i * k) % 10)}x${"abcdefghij".charAt(k % 10)}`,
        ).join(" ") + ` n${i}`,
    );
    expect(groups(texts).flat()).toHaveLength(2_000);
  });

  test.each([0, -1, 1.1, Number.NaN, "0.3"])("refuses the threshold %s", (threshold) => {
    expect(() => similar({ threshold: threshold as number })).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});

describe("average link", () => {
  /** The definition, pair by pair: merge the two most alike groups until none reach the threshold. */
  function byDefinition(
    vectors: readonly (readonly number[])[],
    threshold: number,
  ): readonly (readonly number[])[] {
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
    let found: number[][] = vectors.map((_, i) => [i]);
    for (;;) {
      let best: [number, number] | undefined;
      let most = threshold;
      for (let i = 0; i < found.length; i++) {
        for (let j = i + 1; j < found.length; j++) {
          const pairs = (found[i] ?? []).flatMap((a) =>
            (found[j] ?? []).map((b) => dot(vectors[a] ?? [], vectors[b] ?? [])),
          );
          const mean = pairs.reduce((sum, x) => sum + x, 0) / pairs.length;
          if (mean > most) [best, most] = [[i, j], mean];
        }
      }
      if (best === undefined) break;
      const [i, j] = best;
      found[i] = [...(found[i] ?? []), ...(found[j] ?? [])];
      found = found.filter((_, index) => index !== j);
    }
    return found.map((group) => group.toSorted((a, b) => a - b)).sort(([a = 0], [b = 0]) => a - b);
  }

  test("is what its definition says", () => {
    // Irrational-looking weights: no two pairs are equally alike, where the definition would not say which to merge.
    const vector = fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
      .map((list) => list.map((x) => x / Math.hypot(...list)));
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1, maxLength: 9 }),
        fc.double({ min: 0.6, max: 0.99, noNaN: true }),
        (vectors, threshold) => {
          const similarities = vectors.flatMap((a, i) =>
            vectors.slice(i + 1).map((b) => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0)),
          );
          fc.pre(
            similarities.every(
              (x, i) =>
                Math.abs(x - threshold) > 1e-6 &&
                similarities.every((y, j) => i === j || Math.abs(x - y) > 1e-6),
            ),
          );
          const sparse = vectors.map((weights) => ({ terms: [0, 1, 2, 3], weights }));
          expect(
            averageLink(
              sparse,
              vectors.map(() => 1),
              threshold,
            ),
          ).toEqual(byDefinition(vectors, threshold));
        },
      ),
    );
  });

  test("counts a vector as often as it occurs", () => {
    const at = (angle: number): { terms: number[]; weights: number[] } => ({
      terms: [0, 1],
      weights: [Math.cos(angle), Math.sin(angle)],
    });
    // The middle one is between two; four copies on the left draw the average there.
    const vectors = [at(0), at(0.5), at(1.01)];
    expect(averageLink(vectors, [1, 1, 1], 0.8)).toEqual([[0, 1], [2]]);
    const copies = [at(0), at(0.2), at(0.2), at(0.2), at(0.2), at(0.8)];
    const counted = [at(0), at(0.2), at(0.8)];
    for (const threshold of [0.75, 0.8, 0.82, 0.9, 0.97]) {
      const whole = averageLink(
        copies,
        copies.map(() => 1),
        threshold,
      ).map((group) => [...new Set(group.map((i) => (i === 0 ? 0 : i === 5 ? 2 : 1)))]);
      expect(averageLink(counted, [1, 4, 1], threshold)).toEqual(whole);
    }
  });
});
