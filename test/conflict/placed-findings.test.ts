import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../src/model/claim.ts";
import { equal, type Comparator } from "../../src/conflict/compare.ts";
import type { Subject } from "../../src/conflict/subject.ts";
import { finish } from "../../src/async/in-turns.ts";
import {
  comparedPath,
  inOnePlace,
  isElsewhere,
  NEAR_LINES,
  placeOf,
} from "../../src/conflict/place.ts";
import { readClaims } from "../../src/conflict/read-claims.ts";
import { settle } from "../../src/index.ts";
import { similar } from "../../src/similar/index.ts";
import { subjectsOf } from "./subjects-of.ts";

const CHECK = "Missing null check of the user";
const allOne: Comparator = {
  name: "all-one",
  group: (candidates) => ({
    groups: [{ value: candidates[0]?.value ?? null, members: candidates.map((_, i) => i) }],
  }),
};

const reportersOf = ({ positions }: Subject): readonly string[] =>
  positions
    .filter(({ value }) => value === "present")
    .flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent));

async function found(...findings: Finding[]): Promise<readonly Subject[]> {
  return subjectsOf({ findings });
}

describe("findings with places", () => {
  test("keep all that was said of them, by each reporter and together", async () => {
    const [both, ...rest] = await found(
      {
        agent: "ann",
        text: CHECK,
        file: "./src/a.ts",
        line: 10,
        severity: "high",
        rule: "no-null",
        category: "bug",
      },
      {
        agent: "bob",
        text: `${CHECK} before its name is read`,
        file: "src\\a.ts",
        line: 12,
        endLine: 14,
        severity: "low",
        suggestion: "use ?.",
      },
    );
    expect(rest).toEqual([]);
    expect(both).toEqual({
      subject: `src/a.ts:10: ${CHECK} before its name is read`,
      kind: "finding",
      finding: {
        text: `${CHECK} before its name is read`,
        file: "src/a.ts",
        line: 10,
        severity: "high",
        rule: "no-null",
        suggestion: "use ?.",
        category: "bug",
      },
      positions: [
        {
          value: "present",
          heldBy: [
            {
              agent: "ann",
              evidence: CHECK,
              finding: {
                file: "./src/a.ts",
                line: 10,
                severity: "high",
                rule: "no-null",
                category: "bug",
              },
            },
            {
              agent: "bob",
              evidence: `${CHECK} before its name is read`,
              finding: {
                file: "src\\a.ts",
                line: 12,
                endLine: 14,
                severity: "low",
                suggestion: "use ?.",
              },
            },
          ],
        },
      ],
    });
  });

  test("of different files are two, whatever their words", async () => {
    for (const similarTexts of [undefined, equal(), allOne]) {
      const two = await subjectsOf({
        findings: [
          { agent: "ann", text: CHECK, file: "a.ts", line: 10 },
          { agent: "bob", text: CHECK, file: "zzz.ts", line: 10 },
        ],
        similar: similarTexts,
      });
      expect(two.map(({ subject }) => subject)).toEqual([
        `a.ts:10: ${CHECK}`,
        `zzz.ts:10: ${CHECK}`,
      ]);
      expect(two.map(reportersOf)).toEqual([["ann"], ["bob"]]);
    }
  });

  test("of different files are two also where a judge would say that they are the same, and it sees the places of others", async () => {
    const asked: string[] = [];
    const judged = similar({
      threshold: 0.5,
      band: [0.01, 1],
      judge: ({ text }) => {
        asked.push(text);
        return { same: true };
      },
    });
    const verdicts = await settle([], {
      findings: [
        { agent: "ann", text: "user may be null", file: "a.ts", line: 10 },
        { agent: "bob", text: "null check of user is missing", file: "a.ts", line: 11 },
        { agent: "cyd", text: "user may be null there", file: "b.ts", line: 10 },
      ],
      similar: judged,
    });
    expect(verdicts.map(reportersOf)).toEqual([["ann", "bob"], ["cyd"]]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("| a.ts:10: user may be null");
    expect(asked[0]).toContain("| a.ts:11: null check of user is missing");
  });

  test("of one file are one up to the declared nearness, and two beyond it", async () => {
    const at = (line: number): Finding[] => [
      { agent: "ann", text: CHECK, file: "a.ts", line: 5, endLine: 10 },
      { agent: "bob", text: CHECK, file: "a.ts", line },
    ];
    expect(await found(...at(10 + NEAR_LINES))).toHaveLength(1);
    expect(await found(...at(11 + NEAR_LINES))).toHaveLength(2);
  });

  test("of a path that leads nowhere name no file", async () => {
    for (const file of [".", "./", "src/..", ".\\."]) {
      const [one, ...rest] = await found(
        { agent: "ann", text: CHECK, file, line: 3 },
        { agent: "bob", text: CHECK, file: "a.ts", line: 3 },
      );
      expect([one?.subject, rest]).toEqual([`a.ts:3: ${CHECK}`, []]);
    }
  });

  test("are not one by way of a third between them", async () => {
    const step = NEAR_LINES;
    const findings = [0, 1, 2].map((i): Finding => ({
      agent: `r${i}`,
      text: `${CHECK}${" in the loop".repeat(i)}`,
      file: "a.ts",
      line: 10 + i * step,
    }));
    const groups = await found(...findings);
    expect(groups.map(reportersOf).map(({ length }) => length)).toEqual([2, 1]);
  });

  test("that contradict each other are two, also in one line", async () => {
    const two = await found(
      { agent: "ann", text: "The timeout is 30 seconds", file: "a.ts", line: 1 },
      { agent: "bob", text: "The timeout is 300 seconds", file: "a.ts", line: 1 },
    );
    expect(two).toHaveLength(2);
  });

  test("may be one with a finding that names no line, or no file", async () => {
    const one = await found(
      { agent: "ann", text: CHECK, file: "a.ts", line: 1 },
      { agent: "bob", text: CHECK, file: "a.ts" },
      { agent: "cyd", text: CHECK },
    );
    expect(one.map(reportersOf)).toEqual([["ann", "bob", "cyd"]]);
    expect(one[0]?.subject).toBe(`a.ts:1: ${CHECK}`);
  });

  test.each([
    [["critical", "critical", "low"], "critical"],
    [["critical", "high", "high"], "high"],
    [["critical", "low", "low"], "low"],
    [["critical", "high"], "critical"],
    [["critical", "medium", "info"], "medium"],
    [["low"], "low"],
  ] as const)("of the severities %j have %s", async (severities, expected) => {
    const findings = severities.map((severity, i): Finding => ({
      agent: `r${i}`,
      text: CHECK,
      severity,
    }));
    expect((await found(...findings))[0]?.finding).toEqual({ text: CHECK, severity: expected });
  });

  test("are shown in the words that say most, and repeated words say nothing more", async () => {
    const long = `${CHECK} and of its name`;
    const [one] = await found(
      { agent: "ann", text: `${CHECK} ${"check ".repeat(50)}`, file: "a.ts" },
      { agent: "zoe", text: long, file: "a.ts" },
    );
    expect(one?.finding?.text).toBe(long);
  });

  test("have the same verdicts whoever answered first, and a verdict has what was found", async () => {
    const file = fc.constantFrom("a.ts", "./a.ts", "b.ts", "lib\\b.ts", undefined);
    const finding = fc
      .record({
        agent: fc.constantFrom("a", "b", "c", "d"),
        text: fc
          .array(fc.constantFrom("cache", "write", "lock", "stale", "user"), {
            minLength: 1,
            maxLength: 4,
          })
          .map((words) => words.join(" ")),
        file,
        line: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
        severity: fc.constantFrom("critical", "high", "low", undefined),
      })
      .map((given) => given as Finding);
    const both = fc
      .array(finding, { maxLength: 12 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      );
    const comparators = fc.constantFrom(undefined, equal(), allOne, similar({ threshold: 0.1 }));
    await fc.assert(
      fc.asyncProperty(both, comparators, async ([findings, shuffled], similarTexts) => {
        const ways = { answered: ["e"], ...(similarTexts && { similar: similarTexts }) };
        const verdicts = await settle([], { findings, ...ways });
        expect(await settle([], { findings: shuffled, ...ways })).toEqual(verdicts);
        for (const { positions, finding: combined } of verdicts) {
          const places = positions
            .flatMap(({ heldBy }) => heldBy)
            .map((holder) => holder.finding && placeOf(holder.finding));
          for (const one of places)
            for (const other of places) expect(isElsewhere(one, other)).toBe(false);
          const files = new Set(places.flatMap((place) => place?.file ?? []));
          expect(files.size).toBeLessThanOrEqual(1);
          if (combined?.file !== undefined) expect([...files]).toContain(combined.file);
        }
      }),
    );
  });

  test("that one comparator joins are split where the first that are near each other are together", () => {
    const line = fc.integer({ min: 1, max: 40 });
    const place = fc.oneof(
      fc.constant(undefined),
      fc.record({ file: fc.constantFrom("a.ts", "b.ts") }),
      fc
        .tuple(fc.constantFrom("a.ts", "b.ts"), line, fc.nat({ max: 9 }))
        .map(([file, first, more]) => ({ file, line: first, endLine: first + more })),
    );
    const members = fc.array(
      place.map((at) => (at === undefined ? {} : { place: at })),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(members, (all) => {
        const parts: (typeof all)[] = [];
        for (const one of all) {
          const near = parts.find((part) =>
            part.every((other) => !isElsewhere(other.place, one.place)),
          );
          if (near === undefined) parts.push([one]);
          else near.push(one);
        }
        const none = all.every((one) => one.place === undefined);
        expect(finish(inOnePlace(all))).toEqual(none ? [all] : parts);
      }),
    );
  });

  test("with the same words at the same place are one, whatever else was found", async () => {
    const one = fc.record({
      text: fc.constantFrom(CHECK, "stale cache", "stale cache after a write"),
      file: fc.constantFrom("a.ts", "b.ts"),
      line: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 10 }), async (list) => {
        const findings = list.flatMap((given) =>
          ["ann", "bob"].map((agent) => ({ agent, ...given }) as Finding),
        );
        const groups = await found(...findings);
        for (const { positions } of groups)
          expect(positions.map(({ heldBy }) => heldBy.length)).toEqual([2]);
      }),
    );
  });

  test("are grouped in each of very many files, where all use the same few words", async () => {
    const wordings = [
      "Variable is defined but never used",
      "Unused variable is defined here, never used",
      "This variable is never used",
      "The variable defined here is never used anywhere",
    ];
    const findings = Array.from({ length: 1_000 }, (_, i) =>
      wordings.map((text, k): Finding => ({
        agent: `r${k}`,
        text,
        file: `src/f${i}.ts`,
        line: 10 + k,
      })),
    ).flat();
    const groups = await found(...findings);
    expect(groups).toHaveLength(1_000);
  });

  test("may be very many with the same words", async () => {
    const findings = Array.from({ length: 4_000 }, (_, i): Finding => ({
      agent: `r${i % 4}`,
      text: "Variable is defined but never used",
      file: `src/f${i % 1_000}.ts`,
      line: 1,
    }));
    const groups = await found(...findings);
    expect(groups).toHaveLength(1_000);
  });
});

describe("what an agent says of a finding", () => {
  const detailsOf = (item: unknown): unknown =>
    readClaims({ name: "ann", claims: undefined }, { findings: [item] })?.findings?.[0];

  test("is taken where it is what it has to be, and left out elsewhere", () => {
    const text = "x";
    expect(detailsOf("x")).toEqual({ text });
    expect(detailsOf({ text, file: " a.ts ", line: "7", endLine: 9, severity: "HIGH" })).toEqual({
      text,
      file: "a.ts",
      line: 7,
      endLine: 9,
      severity: "high",
    });
    for (const file of [
      5,
      null,
      "",
      " ",
      "a\u0000.ts",
      "a\nb.ts",
      "a\u202E.ts",
      "x".repeat(1_001),
      {},
    ])
      expect(detailsOf({ text, file })).toEqual({ text });
    for (const line of [0, -1, 1.5, Number.NaN, 1e15, 2 ** 53, "1e3", "9".repeat(400), true, []])
      expect(detailsOf({ text, line, endLine: line })).toEqual({ text });
    for (const severity of [5, "blocker", "", null])
      expect(detailsOf({ text, severity })).toEqual({ text });
    expect(detailsOf({ text, line: 9, endLine: 3 })).toEqual({ text, line: 9 });
    const huge = detailsOf({ text, rule: "r".repeat(9_999), suggestion: "s".repeat(9_999) });
    expect(JSON.stringify(huge).length).toBeLessThan(5_100);
    expect(detailsOf(Object.create({ text, file: "a.ts" }))).toBeUndefined();
  });
});

describe("paths", () => {
  test.each([
    [
      "src/a.ts",
      ["./src/a.ts", "src\\a.ts", "src//a.ts", "src/./a.ts", "src/b/../a.ts", ".\\src\\a.ts"],
    ],
    ["/src/a.ts", ["//src/a.ts", "/./src/a.ts"]],
    ["../a.ts", ["./../a.ts", "..\\a.ts"]],
    ["../../a.ts", ["../b/../../a.ts"]],
  ])("that name %s are the same", (path, spellings) => {
    for (const spelling of [path, ...spellings]) expect(comparedPath(spelling)).toBe(path);
  });

  test("of other files are others", () => {
    const paths = ["src/a.ts", "/src/a.ts", "../src/a.ts", "src/A.ts", "a.ts", "src/a.tsx"];
    expect(new Set(paths.map(comparedPath)).size).toBe(paths.length);
  });
});
