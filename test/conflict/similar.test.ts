import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageLink } from "../../src/conflict/similar/average-link.ts";
import { similar } from "../../src/conflict/similar/similar.ts";
import { MAX_SIMILAR_TEXTS } from "../../src/conflict/similar/texts.ts";
import { vectorsOf, wordingsOf } from "../../src/conflict/similar/vectors.ts";
import { words } from "../../src/conflict/words.ts";

/** The groups of some texts, as texts: the one that stands for its group first. */
function groups(texts: readonly string[], threshold?: number): readonly (readonly string[])[] {
  const holders = new Map<string, number>();
  for (const text of texts) holders.set(text, (holders.get(text) ?? 0) + 1);
  const sorted = [...holders.keys()].sort();
  const candidates = sorted.map((value) => ({
    value,
    key: value,
    heldBy: holders.get(value) ?? 0,
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

  test("lets the text that says most of what the group says stand for it", () => {
    const core = "the login query is built from user input";
    const full = "the login query is built from user input without escaping: SQL injection";
    const astray = "user input SQL on a page about something else entirely with words of its own";
    expect(groups([core, "SQL injection in the login query", full, astray], 0.1)[0]?.[0]).toBe(
      full,
    );
  });

  test("lets no text stand for a group by its mere length", () => {
    const texts = [
      "cache stale after write to the index",
      "the cache is stale after a write to the index",
      "stale index cache: a write does not clear it",
    ];
    const flood = `cache ${Array.from({ length: 500 }, (_, i) => `word${"abcdefghij"[i % 10]}x${"klmnopqrst"[Math.floor(i / 10) % 10]}${"uvwxyz"[i % 6]}`).join(" ")}`;
    const found = groups([...texts, flood], 0.01).find((group) => group.includes(flood)) ?? [];
    expect(found).toHaveLength(4);
    expect(found[0]).not.toBe(flood);
  });

  test("changes no group for a text that has no word in common with the others", () => {
    const word = fc.constantFrom(
      "cache",
      "write",
      "lock",
      "user",
      "query",
      "null",
      "loop",
      "index",
    );
    const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((list) => list.join(" "));
    const foreign = fc.constantFrom<string>("ошибка", "кэша", "缓存失效", "zebra crossing", "!!!");
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 30 }),
        fc.uniqueArray(foreign, { minLength: 1, maxLength: 5 }),
        (texts, others) => {
          const both = groups([...texts, ...others]).filter(
            ([first = ""]) => !others.includes(first),
          );
          expect(new Set(both.map(String))).toEqual(new Set(groups(texts).map(String)));
        },
      ),
    );
  });

  test("keeps near-identical texts together, however many there are", () => {
    const count = 8_000;
    // In a short text, the one word that differs would be what it is about.
    const long =
      "the importer reads many rows out of one large table that old clients upload nightly, where parser state leaks between rows";
    const texts = Array.from({ length: count }, (_, i) => `failure called ${word(i)}: ${long}`);
    expect(groups(texts)).toHaveLength(1);
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
    const texts = Array.from({ length: MAX_SIMILAR_TEXTS + 1 }, (_, i) => `failure ${i} of dates`);
    const candidates = [...texts, `Failure, 0, of dates`]
      .sort()
      .map((value) => ({ value, key: value, heldBy: 1 }));
    expect(similar({ threshold: 0.1 }).group(candidates).groups).toHaveLength(texts.length);
  });

  test.each([0, -1, 1.1, Number.NaN, "0.3"])("refuses the threshold %s", (threshold) => {
    expect(() => similar({ threshold: threshold as number })).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});

/** A number as a word, for texts that differ in a word that is no value. */
const word = (number: number): string =>
  [...String(number)].map((digit) => "abcdefghij".charAt(Number(digit))).join("");

describe("the work of grouping", () => {
  /** Steps for so many texts, each made of its number. */
  function stepsFor(count: number, text: (number: number) => string): number {
    const texts = Array.from({ length: count }, (_, i) => text(i)).sort();
    const { wordings } = wordingsOf(texts.map((value) => ({ value, heldBy: 1 })));
    const vectors = vectorsOf(wordings);
    return averageLink(
      vectors,
      vectors.map(() => 1),
      0.28,
    ).steps;
  }

  const random = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;
  const draw = (i: number, k: number): string =>
    word(Math.floor(3_000 * random(i * 31 + k * 7 + 1) ** 3));

  const KINDS: readonly (readonly [string, (i: number) => string])[] = [
    ["near-identical ones", (i) => `failure number ${i} in the parser of dates`],
    [
      "ones that share their common words",
      (i) =>
        `the function may fail when input is invalid ${Array.from({ length: 12 }, (_, k) => draw(i, k)).join(" ")}`,
    ],
    [
      "ones of many common words",
      (i) => Array.from({ length: 25 }, (_, k) => draw(i, k)).join(" "),
    ],
  ];

  test.each(KINDS)("is bounded for 5,000 and for 20,000 texts: %s", (_, text) => {
    expect(stepsFor(5_000, text)).toBeLessThan(40_000_000);
    expect(stepsFor(20_000, text)).toBeLessThan(80_000_000);
  });

  test("is bounded for long texts too: of very many less of each is read", () => {
    const long = "a long word ".repeat(330);
    const candidates = Array.from({ length: 4_000 }, (_, i) => ({
      value: `${word(i)} ${long}`,
      heldBy: 1,
    }));
    const read = wordingsOf(candidates).wordings.reduce(
      (sum, { words: all }) => sum + all.length,
      0,
    );
    expect(read).toBeLessThan(8_000_000 / 5);
    expect(wordingsOf(candidates.slice(0, 10)).wordings[0]?.words.length).toBeGreaterThan(600);
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
            ).groups,
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
    expect(averageLink(vectors, [1, 1, 1], 0.8).groups).toEqual([[0, 1], [2]]);
    const copies = [at(0), at(0.2), at(0.2), at(0.2), at(0.2), at(0.8)];
    const counted = [at(0), at(0.2), at(0.8)];
    for (const threshold of [0.75, 0.8, 0.82, 0.9, 0.97]) {
      const whole = averageLink(
        copies,
        copies.map(() => 1),
        threshold,
      ).groups.map((group) => [...new Set(group.map((i) => (i === 0 ? 0 : i === 5 ? 2 : 1)))]);
      expect(averageLink(counted, [1, 4, 1], threshold).groups).toEqual(whole);
    }
  });
});
