import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/model/claim.ts";
import { equal } from "../../src/conflict/compare.ts";
import { subjectsOf } from "./subjects-of.ts";

const overflow = [
  { agent: "a", text: "Integer overflow in computeTotal when quantity is large" },
  { agent: "b", text: "computeTotal overflows for a large quantity (integer overflow)" },
];
const typo = { agent: "c", text: "README has a typo in its title" };

describe("open findings", () => {
  test("become subjects: who reports one holds it present, in their own words, the others hold it absent", async () => {
    const [first, second, ...rest] = await subjectsOf({
      findings: [...overflow, typo],
      answered: ["c", "b", "a", "d"],
    });
    expect(rest).toEqual([]);
    expect(overflow.map(({ text }) => text)).toContain(first?.subject);
    expect(first?.kind).toBe("finding");
    expect(first?.positions).toEqual([
      { value: "absent", heldBy: [{ agent: "c" }, { agent: "d" }] },
      { value: "present", heldBy: overflow.map(({ agent, text }) => ({ agent, evidence: text })) },
    ]);
    expect(second).toEqual({
      subject: typo.text,
      kind: "finding",
      positions: [
        { value: "absent", heldBy: [{ agent: "a" }, { agent: "b" }, { agent: "d" }] },
        { value: "present", heldBy: [{ agent: "c", evidence: typo.text }] },
      ],
    });
  });

  test("count only those that answered, and whoever reports has answered", async () => {
    const [alone] = await subjectsOf({ findings: [typo] });
    expect(alone?.positions).toEqual([
      { value: "present", heldBy: [{ agent: "c", evidence: typo.text }] },
    ]);
    const [both] = await subjectsOf({ findings: [typo], answered: ["d"] });
    expect(both?.positions.flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent))).toEqual([
      "d",
      "c",
    ]);
  });

  test("count an agent once that reports the same thing twice, with the wording that stands for the group", async () => {
    const findings = [
      { agent: "a", text: "cache stale after write to the index" },
      { agent: "a", text: "cache stale after write" },
      { agent: "b", text: "cache stale after write" },
    ];
    const [found, ...rest] = await subjectsOf({ findings, answered: ["a", "b"] });
    expect(rest).toEqual([]);
    expect(found?.subject).toBe("cache stale after write to the index");
    expect(found?.positions).toEqual([
      {
        value: "present",
        heldBy: [
          { agent: "a", evidence: "cache stale after write to the index" },
          { agent: "b", evidence: "cache stale after write" },
        ],
      },
    ]);
  });

  test("come after the claims, the most reported first", async () => {
    const claims = [{ agent: "a", subject: "zebra", position: 1 }];
    const found = await subjectsOf({ claims, findings: [typo, ...overflow], answered: [] });
    const names = found.map(({ subject }) => subject);
    expect(names).toHaveLength(3);
    expect(names[0]).toBe("zebra");
    expect(names[2]).toBe(typo.text);
  });

  test("have subjects that are cut to 500 characters and stay apart", async () => {
    const long = "x".repeat(600);
    const findings = [
      { agent: "a", text: `${long} first` },
      { agent: "b", text: `${long} second` },
      { agent: "c", text: `${long} third` },
      { agent: "c", text: "task" },
    ];
    const claims = [{ agent: "a", subject: "task", position: 1 }];
    const found = await subjectsOf({ claims, findings, similar: equal() });
    const names = found.map(({ subject }) => subject);
    expect(new Set(names).size).toBe(5);
    expect(names).toContain("task (2)");
    expect(Math.max(...names.map((name) => name.length))).toBe(500);
    expect(names.filter((name) => name.endsWith("…"))).toHaveLength(1);
    expect(names.filter((name) => / \((2|3)\)$/.test(name))).toHaveLength(3);
  });

  test("that are blank are none, but who reported them has answered", async () => {
    expect(await subjectsOf({ findings: [{ agent: "a", text: " \n" }] })).toEqual([]);
    const [found] = await subjectsOf({ findings: [{ agent: "a", text: "" }, typo] });
    expect(found?.positions.find(({ value }) => value === "absent")?.heldBy).toEqual([
      { agent: "a" },
    ]);
  });

  test("may come from an agent called __proto__", async () => {
    const [found] = await subjectsOf({
      findings: [{ agent: "__proto__", text: "__proto__" }],
      answered: ["constructor"],
    });
    expect(found?.subject).toBe("__proto__");
    expect(found?.positions.map(({ heldBy }) => heldBy[0]?.agent)).toEqual([
      "constructor",
      "__proto__",
    ]);
  });

  test.each([[null], [{ agent: "a" }], [{ agent: "a", text: 5 }], [{ text: "x" }]])(
    "refuse %j",
    async (finding) => {
      await expect(subjectsOf({ findings: [finding as unknown as Finding] })).rejects.toMatchObject(
        { code: "CLAIMS_INVALID" },
      );
    },
  );

  test("give the same subjects in any order", async () => {
    const finding = fc.record({
      agent: fc.constantFrom("a", "b", "c", "__proto__"),
      text: fc
        .array(fc.constantFrom("cache", "write", "lock", "Cache", "userId", "id"), { maxLength: 4 })
        .map((list) => list.join(" ")),
    });
    const both = fc
      .array(finding, { maxLength: 12 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      );
    await fc.assert(
      fc.asyncProperty(both, async ([findings, shuffled]) => {
        const found = await subjectsOf({ findings, answered: ["d"] });
        expect(await subjectsOf({ findings: shuffled, answered: ["d"] })).toEqual(found);
        for (const { positions } of found) {
          const holders = positions.flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));
          expect(new Set(holders).size).toBe(holders.length);
          expect(holders.toSorted()).toEqual(
            [...new Set(["d", ...findings.map(({ agent }) => agent)])].toSorted(),
          );
        }
      }),
    );
  });

  test("may be many, with many reviewers", async () => {
    // Two words of its own for each number: nothing but "broken" and "moved" is shared.
    const words = (number: number): string =>
      ["x", "y", "z"]
        .map(
          (end) => [...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join("") + end,
        )
        .join(" ");
    const answered = Array.from({ length: 50 }, (_, i) => `agent-${i}`);
    const findings = Array.from({ length: 20_000 }, (_, i) => ({
      agent: `agent-${i % 50}`,
      text: `${words(i)} is broken since ${words(i + 20_000)} was moved`,
    }));
    const found = await subjectsOf({ findings, answered });
    expect(found).toHaveLength(20_000);
    expect(found[0]?.positions[0]?.heldBy).toHaveLength(49);
  });
});

test("where nothing is claimed and nothing found there are no subjects", async () => {
  expect(await subjectsOf({ claims: [], findings: [], answered: ["a", "b"] })).toHaveLength(0);
});
