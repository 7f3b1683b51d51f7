import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agent, findConflicts, QuorateError, supervisor } from "../../src/index.ts";
import { clip, cut } from "../../src/model/text.ts";

const FAMILY = "👩‍👩‍👧‍👦";
const FLAGS = "🇩🇪🇫🇷🇯🇵";
const ACCENTED = "e\u0301";

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });
const boundariesOf = (text: string): ReadonlySet<number> =>
  new Set([...characters.segment(text)].map(({ index }) => index).concat(text.length));

const anyText = fc
  .array(
    fc.constantFrom(
      "a",
      " ",
      "\r\n",
      "é",
      ACCENTED,
      "漢",
      "각",
      "क्षि",
      "👍🏽",
      FAMILY,
      "🇩🇪",
      "\u0301",
      "\u200d",
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("a text that is cut", () => {
  it("ends where a character does, and is as long as that permits", () => {
    fc.assert(
      fc.property(anyText, fc.nat(80), (text, most) => {
        const kept = cut(text, most);
        const boundaries = boundariesOf(text);
        expect(text.startsWith(kept)).toBe(true);
        expect(boundaries).toContain(kept.length);
        const next = [...boundaries].find((at) => at > kept.length) ?? Infinity;
        expect(kept.length <= most && (next > most || kept.length === most)).toBe(true);
      }),
    );
  });

  it("is cut between flags, however many there are before", () => {
    const many = "🇩🇪".repeat(200);
    for (const most of [397, 398, 399, 400, 401]) expect(cut(many, most).length % 4).toBe(0);
  });

  it("is not lost where one letter has more marks than anybody reads", () => {
    expect(cut(`a${"\u0301".repeat(5_000)}`, 100)).toHaveLength(100);
  });

  it("has an ellipsis within its length", () => {
    expect(clip("abcdef", 4)).toBe("abc…");
    expect(clip(`ab${FAMILY}`, 5)).toBe("ab…");
    expect(clip("abcd", 4)).toBe("abcd");
  });
});

/** Texts with a character of several units at every place where a limit may fall. */
const around = (limit: number, character: string): readonly string[] =>
  Array.from(
    { length: character.length + 2 },
    (_, back) => `${"x".repeat(limit - back)}${character}${"y".repeat(limit)}`,
  );

/** Whether what was kept of a text ends within one of its characters. */
const isTorn = (text: string, kept: string): boolean => {
  const begun = kept.replace(/…$/, "");
  const at = text.indexOf(begun);
  return at < 0 || !boundariesOf(text).has(at + begun.length);
};

describe.each([FAMILY, FLAGS, ACCENTED, "👍🏽"])("%s, where a text is cut,", (character) => {
  it("is whole or gone in the message of an error", () => {
    for (const text of around(2_000, character)) {
      expect(isTorn(text, new QuorateError("AGENT_FAILED", text).message)).toBe(false);
    }
  });

  it("is whole or gone in what is kept of evidence", () => {
    for (const evidence of around(4_000, character)) {
      const [conflict] = findConflicts([
        { agent: "a", subject: "s", position: 1, evidence },
        { agent: "b", subject: "s", position: 2 },
      ]);
      const kept = conflict?.positions[0]?.heldBy[0]?.evidence ?? "";
      expect(isTorn(evidence, kept)).toBe(false);
    }
  });

  it("is whole or gone in what a message shows of an option", () => {
    for (const mode of around(50, character)) {
      const a = agent({ name: "a", run: () => 1 });
      expect(() => supervisor({ name: "team", agents: { a }, mode: mode as never })).toThrow(
        expect.objectContaining({
          message: expect.not.stringMatching(/[\ud800-\udbff](?![\udc00-\udfff])/),
        }),
      );
    }
  });

  it("is whole or gone in the name of a model that an agent reports", async () => {
    for (const model of around(200, character)) {
      const a = agent({
        name: "a",
        run: async (_: unknown, { report }) => report({ inputTokens: 1, model }),
      });
      const { bill } = await supervisor({ name: "team", agents: { a } }).run(1);
      expect(isTorn(model, bill.lines[0]?.model ?? "")).toBe(false);
    }
  });
});
