import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Claim } from "../../src/model/claim.ts";
import { equal, type Compare } from "../../src/conflict/compare.ts";
import { findConflicts } from "../../src/conflict/find-conflicts.ts";
import { oneOf } from "../../src/conflict/one-of.ts";
import { similar } from "../../src/conflict/similar/similar.ts";
import { conflictsAmong } from "../../src/conflict/subjects.ts";
import { comparators } from "../../src/conflict/compare.ts";
import { within } from "../../src/conflict/within.ts";
import type { Json } from "../../src/model/json.ts";
import { subjectsOf } from "./subjects-of.ts";

const claim = (agent: string, position: Json, subject = "task"): Claim => ({
  agent,
  subject,
  position,
});

/** What each position is, and who holds it. */
function held(claims: readonly Claim[], compare?: Compare): readonly (readonly [Json, string])[] {
  const [conflict] = findConflicts(claims, compare === undefined ? {} : { compare });
  return (conflict?.positions ?? []).map(({ value, heldBy }) => [
    value,
    heldBy.map(({ agent }) => agent).join(","),
  ]);
}

/** The same, where positions that agree matter too. */
async function grouped(
  claims: readonly Claim[],
  compare: Compare,
): Promise<readonly (readonly [Json, string])[]> {
  const [subject] = await subjectsOf({ claims, compare: comparators(compare) });
  return (subject?.positions ?? []).map(({ value, heldBy }) => [
    value,
    heldBy.map(({ agent }) => agent).join(","),
  ]);
}

describe("findConflicts", () => {
  test("finds nothing in nothing, in one claim, and in agreement", () => {
    expect(findConflicts([])).toEqual([]);
    expect(findConflicts([claim("a", "ship")])).toEqual([]);
    expect(findConflicts([claim("a", "ship"), claim("b", " SHIP ")])).toEqual([]);
  });

  test("shows who holds what and why, the most held position first", () => {
    const found = findConflicts([
      { agent: "style", subject: "task", position: "ship", confidence: 0.4 },
      { agent: "security", subject: "task", position: "hold", evidence: "an injection" },
      { agent: "performance", subject: "task", position: "ship" },
    ]);
    expect(found).toEqual([
      {
        subject: "task",
        kind: "claim",
        positions: [
          { value: "ship", heldBy: [{ agent: "performance" }, { agent: "style", stated: 0.4 }] },
          { value: "hold", heldBy: [{ agent: "security", evidence: "an injection" }] },
        ],
      },
    ]);
  });

  test("keeps subjects apart, whatever they are called", () => {
    const found = findConflicts([
      claim("__proto__", 1, "__proto__"),
      claim("constructor", 2, "__proto__"),
      claim("a", 1, "toString"),
      claim("b", 2, "toString"),
      claim("a", 1, "Task"),
      claim("b", 2, "task"),
    ]);
    expect(found.map(({ subject }) => subject)).toEqual(["__proto__", "toString"]);
    expect(found[0]?.positions[0]?.heldBy).toEqual([{ agent: "__proto__" }]);
  });

  test("counts an agent once: claiming the same twice changes nothing, and of two positions its last one holds", () => {
    expect(held([claim("a", "ship"), claim("a", "Ship"), claim("b", "hold")])).toEqual([
      ["hold", "b"],
      ["Ship", "a"],
    ]);
    expect(held([claim("a", "ship"), claim("b", "hold"), claim("a", "hold")])).toEqual([]);
    expect(held([claim("a", "hold"), claim("b", "hold"), claim("a", "ship")])).toEqual([
      ["hold", "b"],
      ["ship", "a"],
    ]);
  });

  test("lets the most common spelling stand for a position", () => {
    const claims = [
      claim("a", "Hold"),
      claim("b", "hold"),
      claim("c", "hold"),
      claim("d", "HOLD"),
      claim("e", "ship"),
    ];
    expect(held(claims)[0]).toEqual(["hold", "a,b,c,d"]);
  });

  test("clips evidence, so that no agent fills the log", () => {
    const [found] = findConflicts([
      { ...claim("a", 1), evidence: "it is x ".repeat(10_000) },
      claim("b", 2),
    ]);
    const evidence = found?.positions[0]?.heldBy[0]?.evidence ?? "";
    expect(evidence.length).toBeLessThanOrEqual(4_000);
    expect(evidence.length).toBeGreaterThan(3_990);
    expect(evidence.endsWith("…")).toBe(true);
  });

  test.each([
    [null, /null/],
    ["text", /string/],
    [{ subject: "task", position: 1 }, /no agent/],
    [{ agent: "a", subject: "", position: 1 }, /0 characters/],
    [{ agent: "a", subject: "x".repeat(501), position: 1 }, /501 characters/],
    [{ agent: "a", subject: "task", position: () => 1 }, /claim of a about "task".*function/],
    [{ agent: "a", subject: "task" }, /undefined/],
    [{ agent: "a", subject: "task", position: 1, confidence: 95 }, /confidence 95/],
    [{ agent: "a", subject: "task", position: 1, evidence: ["why"] }, /evidence of type object/],
  ])("refuses what is no claim: %j", (given, why) => {
    const refused = expect.objectContaining({
      code: "CLAIMS_INVALID",
      message: expect.stringMatching(why) as string,
    });
    expect(() => findConflicts([given as unknown as Claim])).toThrow(refused);
  });

  test("gives the same for the same claims in any order", () => {
    const claims = fc.uniqueArray(
      fc.record({
        agent: fc.constantFrom("a", "b", "c", "d", "__proto__"),
        subject: fc.constantFrom("x", "y", "__proto__"),
        position: fc.oneof(
          fc.constantFrom<Json>("Yes", "yes ", "no", 1, 2),
          fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
        ),
      }),
      { selector: ({ agent, subject }) => `${agent}/${subject}`, maxLength: 15 },
    );
    const shuffled = claims.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(findConflicts(other)).toEqual(findConflicts(list));
      }),
    );
  });

  test("goes through a great many claims", () => {
    const claims = function* (): Generator<Claim> {
      for (let i = 0; i < 200_000; i++) {
        yield claim(
          `agent-${Math.floor(i / 20_000)}`,
          i % 20_000 === 7 ? i : "the same",
          `subject-${i % 20_000}`,
        );
      }
    };
    const found = findConflicts(claims());
    expect(found.map(({ subject, positions }) => [subject, positions.length])).toEqual([
      ["subject-7", 10],
    ]);
  });
});

describe("compare", () => {
  test("equal is what holds without it", () => {
    const claims = [claim("a", { x: " A" }), claim("b", { x: "a" }), claim("c", { x: "b" })];
    expect(held(claims, { task: equal() })).toEqual(held(claims));
  });

  test("an own function groups by complete link: a chain of neighbours is not one position", () => {
    const near = (a: Json, b: Json): boolean => Math.abs(Number(a) - Number(b)) <= 1;
    expect(held([claim("a", 1), claim("b", 2), claim("c", 3)], { task: near })).toEqual([
      [1, "a,b"],
      [3, "c"],
    ]);
  });

  test("an own function is asked about distinct positions only, and says what the agent said", () => {
    let asked = 0;
    const vowels = (a: Json, b: Json): boolean => {
      asked++;
      return String(a).replace(/[^aeiou]/g, "") === String(b).replace(/[^aeiou]/g, "");
    };
    const claims = Array.from({ length: 1_000 }, (_, i) =>
      claim(`agent-${i}`, i % 3 === 0 ? "cat" : i % 3 === 1 ? "hat" : "dog"),
    );
    const [conflict] = findConflicts(claims, { compare: { task: vowels } });
    expect(asked).toBeLessThan(5);
    expect(conflict?.positions.map(({ heldBy }) => heldBy.length)).toEqual([667, 333]);
    // 334 say cat, 333 say hat.
    expect(conflict?.positions[0]?.value).toBe("cat");
    expect(conflict?.positions[0]?.heldBy.find(({ agent }) => agent === "agent-1")).toEqual({
      agent: "agent-1",
      said: "hat",
    });
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("not today");
      },
      /not today/,
    ],
    ["answers with a promise", () => Promise.resolve(true), /returned object/],
    ["answers with nothing", () => undefined, /returned undefined/],
  ])(
    "an own function that %s leaves the subject as it is, with the reason",
    async (_, same, why) => {
      const compare = comparators({ task: same as unknown as (a: Json, b: Json) => boolean });
      const [subject] = await subjectsOf({ claims: [claim("a", 1), claim("b", 2)], compare });
      expect(subject?.positions).toHaveLength(2);
      expect(subject?.refused).toMatch(why);
    },
  );

  test("an own function compares at most 100 distinct positions", async () => {
    const many = (count: number): Claim[] =>
      Array.from({ length: count }, (_, i) => claim(`agent-${i}`, i));
    const compare = comparators({ task: () => true });
    expect((await subjectsOf({ claims: many(100), compare }))[0]?.positions).toHaveLength(1);
    const [over] = await subjectsOf({ claims: many(101), compare });
    expect(over?.refused).toMatch(/101 distinct positions.*at most 100/);
    expect(over?.positions).toHaveLength(101);
  });

  test.each([
    ["a candidate twice", [{ value: 1, members: [0, 0] }]],
    ["a candidate that is none", [{ value: 1, members: [7] }]],
    ["nobody", [{ value: 1, members: [] }]],
    [
      "one value for two groups",
      [
        { value: 1, members: [0] },
        { value: 1, members: [1] },
      ],
    ],
    ["no JSON", [{ value: new Date(), members: [0] }]],
  ])("a comparator that groups %s is refused", async (_, groups) => {
    const broken = { name: "broken", group: () => ({ groups: groups as never }) };
    const [subject] = await subjectsOf({
      claims: [claim("a", 1), claim("b", 2)],
      compare: comparators({ task: broken }),
    });
    expect(subject?.refused).toMatch(/"broken" failed/);
    expect(subject?.positions).toHaveLength(2);
  });

  test("refuses at once what is no comparator", () => {
    expect(() => findConflicts([], { compare: { task: 5 as never } })).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });

  test("only the subjects that are listed are compared so, __proto__ too", () => {
    const compare = Object.fromEntries([["__proto__", () => true]]);
    const claims = [
      claim("a", 1, "__proto__"),
      claim("b", 2, "__proto__"),
      claim("a", 1, "x"),
      claim("b", 2, "x"),
    ];
    expect(findConflicts(claims, { compare }).map(({ subject }) => subject)).toEqual(["x"]);
  });
});

describe("within", () => {
  test("takes numbers for the same that are near enough, relative to the larger one", async () => {
    expect(
      await grouped([claim("a", 100), claim("b", 95)], { task: within({ percent: 5 }) }),
    ).toHaveLength(1);
    expect(
      await grouped([claim("a", 100), claim("b", 94.9)], { task: within({ percent: 5 }) }),
    ).toHaveLength(2);
    expect(
      await grouped([claim("a", -100), claim("b", -95)], { task: within({ percent: 5 }) }),
    ).toHaveLength(1);
    expect(
      await grouped([claim("a", 0), claim("b", 0.001)], { task: within({ percent: 5 }) }),
    ).toHaveLength(2);
    expect(
      await grouped([claim("a", 1), claim("b", 1.05)], { task: within({ absolute: 0.05 }) }),
    ).toHaveLength(1);
  });

  test("joins the nearest first, so that a stray number does not split a majority", async () => {
    const claims = [claim("a", 100), claim("b", 104), claim("c", 104.5), claim("d", 106)];
    expect(await grouped(claims, { task: within({ absolute: 5 }) })).toEqual([
      [104.5, "b,c,d"],
      [100, "a"],
    ]);
  });

  test("lets the member nearest to the median of the holders win", async () => {
    const claims = [
      claim("a", 10),
      claim("b", 11),
      claim("c", 12),
      claim("d", 12),
      claim("e", 12),
      claim("f", 99),
    ];
    expect((await grouped(claims, { task: within({ absolute: 5 }) }))[0]).toEqual([
      12,
      "a,b,c,d,e",
    ]);
  });

  test("takes the lower of two that are equally near to the median", async () => {
    const claims = [claim("a", 10), claim("b", 12), claim("c", 13), claim("d", 14)];
    expect(await grouped(claims, { task: within({ absolute: 5 }) })).toEqual([[12, "a,b,c,d"]]);
  });

  test("compares what is no number by equality", async () => {
    const claims = [claim("a", 10), claim("b", "10"), claim("c", "Ten"), claim("d", "ten")];
    expect(
      (await grouped(claims, { task: within({ percent: 100 }) })).map(([, who]) => who),
    ).toEqual(["c,d", "b", "a"]);
  });

  test("keeps all members of a group within the tolerance of each other, and merges what it can", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: -60, max: 60 }), {
      minLength: 1,
      maxLength: 25,
    });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 20 }), (values, absolute) => {
        const sorted = values.toSorted((a, b) => a - b);
        const groups = within({ absolute }).group(
          sorted.map((value) => ({ value, key: String(value), heldBy: 1 })),
        ).groups;
        const stretches = groups
          .map(({ members }) => members.map((member) => sorted[member] ?? 0))
          .map((found) => [Math.min(...found), Math.max(...found)] as const)
          .sort(([a], [b]) => a - b);
        for (const [low, high] of stretches) expect(high - low).toBeLessThanOrEqual(absolute);
        stretches.forEach(([low], i) => {
          const next = stretches[i + 1];
          if (next !== undefined) expect(next[1] - low).toBeGreaterThan(absolute);
        });
        expect(groups.flatMap(({ members }) => members).toSorted((a, b) => a - b)).toEqual([
          ...sorted.keys(),
        ]);
      }),
    );
  });

  test.each([
    [{}],
    [{ percent: -1 }],
    [{ percent: 101 }],
    [{ absolute: Number.NaN }],
    [{ percent: 1, absolute: 1 }],
  ])("refuses %j", (options) => {
    expect(() => within(options as never)).toThrow(
      expect.objectContaining({ code: "BAD_OPTIONS" }),
    );
  });
});

describe("oneOf", () => {
  test("takes listed values, in the listed spelling, and sets the others aside by name", async () => {
    const claims = [
      claim("a", " SHIP"),
      claim("b", "hold"),
      claim("c", "maybe"),
      claim("d", { deep: true }),
    ];
    const [subject] = await subjectsOf({
      claims,
      compare: comparators({ task: oneOf(["Ship", "Hold"]) }),
    });
    expect(subject?.positions.map(({ value, heldBy }) => [value, heldBy.length])).toEqual([
      ["Hold", 1],
      ["Ship", 1],
    ]);
    expect(subject?.note).toBe(
      'Set aside, since oneOf does not list it: c ("maybe"), d ({"deep":true}).',
    );
  });

  test("leaves no conflict where only one listed value is claimed, and no position where none is", async () => {
    expect(
      held([claim("a", "ship"), claim("b", "maybe")], { task: oneOf(["ship", "hold"]) }),
    ).toEqual([]);
    const [subject] = await subjectsOf({
      claims: [claim("a", "maybe")],
      compare: comparators({ task: oneOf(["ship"]) }),
    });
    expect(subject?.positions).toEqual([]);
  });

  test("can list null", async () => {
    expect(await grouped([claim("a", null), claim("b", 1)], { task: oneOf([null]) })).toEqual([
      [null, "a"],
    ]);
  });

  test.each([[[]], [["a", "A "]], [[undefined]]])("refuses to list %j", (values) => {
    expect(() => oneOf(values as Json[])).toThrow(expect.objectContaining({ code: "BAD_OPTIONS" }));
  });
});

describe("similar, about claims", () => {
  test("groups texts that say the same in similar words, and keeps each agent's own", () => {
    const claims = [
      claim("a", "The userId is never validated before the query in loadUser"),
      claim(
        "b",
        "loadUser builds its query from user_id without validating it: the id is never validated",
      ),
      claim("c", "The cache is not invalidated after a write"),
      claim("d", 42),
    ];
    const [conflict] = findConflicts(claims, { compare: { task: similar() } });
    expect(
      conflict?.positions.map(({ heldBy }) => heldBy.map(({ agent }) => agent).join()),
    ).toEqual(["a,b", "c", "d"]);
    const [first] = conflict?.positions ?? [];
    expect(first?.heldBy.map(({ said }) => said).filter((said) => said !== undefined)).toHaveLength(
      1,
    );
  });
});

test("the conflicts of a run are its contested subjects", async () => {
  const claims = [claim("a", 1), claim("b", 2), claim("a", "same", "other")];
  const all = await subjectsOf({ claims });
  expect(all.map(({ subject }) => subject)).toEqual(["other", "task"]);
  expect(conflictsAmong(all)).toEqual(findConflicts(claims));
});
