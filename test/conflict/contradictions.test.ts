import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findConflicts, settle, type Verdict } from "../../src/index.ts";
import { similar, type SameIssueQuestion, type SimilarOptions } from "../../src/similar/index.ts";
import { averageLink } from "../../src/conflict/similar/average-link.ts";
import { contradict } from "../../src/conflict/contradiction/contradict.ts";
import { reader } from "../../src/conflict/contradiction/reading.ts";
import { stepsOf } from "../../src/conflict/steps-of.ts";
import { vectorsOf, wordingsOf } from "../../src/conflict/similar/vectors.ts";
import { agreeingFurther } from "./contradictions/agreeing-further.ts";
import { agreeingSentences } from "./contradictions/agreeing-sentences.ts";
import { agreeingToCheck } from "./contradictions/agreeing-to-check.ts";
import { agreeing } from "./contradictions/agreeing.ts";
import { contradictingFurther } from "./contradictions/contradicting-further.ts";
import { contradictingSentences } from "./contradictions/contradicting-sentences.ts";
import { contradictingToCheck } from "./contradictions/contradicting-to-check.ts";
import { contradicting } from "./contradictions/contradicting.ts";

type Pair = readonly [string, string];

const read = reader();

/** Who reports what stands in one group: the texts of each. */
async function grouped(
  texts: readonly string[],
  options: SimilarOptions = {},
): Promise<readonly (readonly string[])[]> {
  const findings = texts.map((text, i) => ({ agent: `agent-${i}`, text }));
  const verdicts = await settle([], { findings, similar: similar(options) });
  return verdicts.map(({ positions }) =>
    (positions.find(({ value }) => value === "present")?.heldBy ?? [])
      .map(({ evidence = "" }) => evidence)
      .toSorted(),
  );
}

/** How many groups the words alone make of two texts. */
function groupsByWords(pair: Pair): number {
  const { wordings } = wordingsOf(pair.map((value) => ({ value, heldBy: 1 })));
  const counts = wordings.map(() => 1);
  return averageLink(vectorsOf(wordings), counts, 0.28).groups.length;
}

const kindsOf = (
  ...sets: readonly Readonly<Record<string, readonly Pair[]>>[]
): readonly (readonly [string, readonly Pair[]])[] =>
  sets.flatMap((set, i) =>
    Object.entries(set).map(
      ([kind, pairs]) =>
        [`${kind}${["", ", to check", ", further", ", sentences"][i]}`, pairs] as const,
    ),
  );

describe("findings that contradict each other", () => {
  test.each(
    kindsOf(contradicting, contradictingToCheck, contradictingFurther, contradictingSentences),
  )("are never one, though their words are alike: %s", async (_, pairs) => {
    const joined: Pair[] = [];
    for (const pair of pairs) if ((await grouped(pair)).length !== 2) joined.push(pair);
    expect(joined).toEqual([]);
  });

  test.each(kindsOf(agreeing, agreeingToCheck, agreeingFurther, agreeingSentences))(
    "are not those that say the same or more of the same: %s",
    async (_, pairs) => {
      const parted: Pair[] = [];
      for (const pair of pairs) {
        const [a, b] = pair;
        const asByWords = (await grouped(pair)).length === groupsByWords(pair);
        if (!asByWords || contradict(read(a), read(b))) parted.push(pair);
      }
      expect(parted).toEqual([]);
    },
  );

  test("are for the most part alike enough to be one by their words, so that the rule is what keeps them apart", () => {
    const pairs = [contradicting, contradictingToCheck].flatMap((set) => Object.values(set).flat());
    expect(pairs.length).toBeGreaterThan(350);
    expect(pairs.filter((pair) => groupsByWords(pair) === 1).length).toBeGreaterThan(250);
  });

  test("contradict each other in either order", () => {
    for (const set of [
      contradicting,
      agreeing,
      contradictingToCheck,
      agreeingToCheck,
      contradictingFurther,
      agreeingFurther,
    ])
      for (const [a, b] of Object.values(set).flat())
        expect(contradict(read(b), read(a)), `${a} / ${b}`).toBe(contradict(read(a), read(b)));
  });

  test("are two conflicts where they are claimed in free text, and no agreement", async () => {
    const claims = ["safe to ship", "not safe to ship"].map((position, i) => ({
      agent: `agent-${i}`,
      subject: "release",
      position,
    }));
    const compare = { release: similar() };
    expect(findConflicts(claims, { compare })[0]?.positions).toHaveLength(2);
    const [verdict] = await settle(claims, { compare });
    expect(verdict).toMatchObject({ status: "tied", winner: null });
    expect(verdict?.positions).toHaveLength(2);
  });

  test("do not get into one group by way of a third that contradicts neither", async () => {
    const third = "The request to the database has a timeout";
    const thirty = "The request to the database has a timeout of 30 seconds";
    const three = "The request to the database has a timeout of 300 seconds";
    const found = await grouped([thirty, third, three]);
    expect(found.flat().toSorted()).toEqual([third, thirty, three].toSorted());
    expect(found).toHaveLength(2);
    expect(found.some((texts) => texts.includes(thirty) && texts.includes(three))).toBe(false);
  });

  test("are apart in every set of findings, whatever the order of agents and findings", async () => {
    const pool = [
      "The cache is enabled in production",
      "The cache is disabled in production",
      "The cache is not enabled in production",
      "In production the cache is on",
      "Production cache: see src/cache.ts",
      "The cache in production lives for 30 seconds",
      "The cache in production lives for 30 s",
      "The cache in production lives for 300 seconds",
      "The production cache in src/cache.ts is enabled",
      "The production cache in src/store.ts is enabled",
      "The cache in production is never emptied",
      "The production cache is not disabled",
    ];
    const sets = fc
      .subarray(pool, { minLength: 2 })
      .chain((texts) =>
        fc.tuple(fc.constant(texts), fc.shuffledSubarray(texts, { minLength: texts.length })),
      );
    await fc.assert(
      fc.asyncProperty(sets, async ([texts, shuffled]) => {
        const found = await grouped(texts);
        const again = await grouped(shuffled);
        expect(new Set(again.map(String))).toEqual(new Set(found.map(String)));
        for (const group of found)
          for (const a of group)
            for (const b of group) expect(contradict(read(a), read(b)), `${a} / ${b}`).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  test("are apart also among very many that differ in their numbers alone", async () => {
    const texts = Array.from({ length: 1_500 }, (_, i) => `retry ${i} of the upload fails`);
    expect(await grouped(texts)).toHaveLength(texts.length);
  });
});

describe("a judge of findings that contradict each other", () => {
  const pair = [
    "The timeout of the upload is 30 seconds",
    "The timeout of the upload is 300 seconds",
  ];
  const sameAs =
    (same: boolean, asked: SameIssueQuestion[] = []) =>
    (question: SameIssueQuestion) => {
      asked.push(question);
      return { same };
    };

  test("is asked about them above the band too, and joins them when it says that they are the same", async () => {
    const asked: SameIssueQuestion[] = [];
    expect(await grouped(pair, { judge: sameAs(true, asked) })).toEqual([pair]);
    expect(asked).toHaveLength(1);
    expect(await grouped(pair, { judge: sameAs(false) })).toHaveLength(2);
  });

  test("leaves them apart when it fails or says nothing of use", async () => {
    const broken = () => {
      throw new Error("no judge today");
    };
    expect(await grouped(pair, { judge: broken })).toHaveLength(2);
    expect(await grouped(pair, { judge: () => ({ same: "yes" }) as never })).toHaveLength(2);
  });

  test("is asked about them before it is asked about doubtful ones, within the cap", async () => {
    const doubtful = ["parser crashes: null pointer", "parser sluggish: colon everywhere"];
    const asked: SameIssueQuestion[] = [];
    const options = { band: [0.05, 0.5] as const, maxPairs: 1, judge: sameAs(false, asked) };
    await grouped([...doubtful, ...pair], options);
    expect(asked.map(({ first, second }) => [...first, ...second].toSorted())).toEqual([pair]);
  });

  test("joins only those about whom it was asked", async () => {
    const third = "The timeout of the upload is 3000 seconds";
    const all = await grouped([...pair, third], { judge: sameAs(true) });
    expect(all).toHaveLength(1);
    const some = await grouped([...pair, third], { judge: sameAs(true), maxPairs: 1 });
    expect(some.map(({ length }) => length)).toEqual([2, 1]);
  });

  test("is told of in the verdict", async () => {
    const findings = pair.map((text, i) => ({ agent: `agent-${i}`, text }));
    const verdicts: readonly Verdict[] = await settle([], {
      findings,
      answered: ["agent-2"],
      similar: similar({ judge: sameAs(true) }),
    });
    expect(verdicts[0]?.reasoning).toMatch(
      /similar-judge took different wordings of it for the same/,
    );
  });
});

describe("texts that are made to take long", () => {
  const hostile: Readonly<Record<string, string>> = {
    "one run of capitals": "A".repeat(4_000),
    "capitals in turn": "aB".repeat(2_000),
    denials: "not ".repeat(1_000),
    "denials of nouns": "missing without no ".repeat(200),
    failures: "fails to ".repeat(440),
    numbers: Array.from({ length: 1_000 }, (_, i) => i).join(" "),
    "dots and letters": "a.".repeat(2_000),
    "slashes and letters": "a/".repeat(2_000),
    brackets: "(".repeat(4_000),
    "code marks": "`".repeat(4_000),
    "hyphens and letters": "a-".repeat(2_000),
    colons: "1:".repeat(2_000),
    hex: `${"f".repeat(3_999)}1`,
    "letters that unfold into many": "ﷺ".repeat(4_000),
    names: Array.from({ length: 500 }, (_, i) => `name_${i}`).join(" "),
  };

  test.each(Object.entries(hostile))("are read and compared all the same: %s", async (_, text) => {
    const other = `${text} and more`;
    const texts = await grouped([text, other, "The cache is stale"]);
    expect(texts.flat()).toHaveLength(3);
  });

  test("are read in steps whose number grows with their length alone", () => {
    const stepsFor = (count: number): number => {
      const candidates = Array.from({ length: count }, (_, i) => {
        const value = `${Object.values(hostile)[i % 15]} ${i}`;
        return { value, key: value, heldBy: 1 };
      });
      let steps = 0;
      const all = stepsOf(similar())?.(candidates);
      while (all?.next().done === false) steps++;
      return steps;
    };
    expect(stepsFor(60)).toBeLessThan(6 * stepsFor(15));
  });
});
