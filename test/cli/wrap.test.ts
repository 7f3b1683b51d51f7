import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeBlock, safeText } from "../../src/cli/shown/safe-text.ts";
import { clip, columnsOf, pad, wrap } from "../../src/cli/shown/wrap.ts";

const prose = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("a", "b", " ", "\n", "漢", "e\u0301", "🙂", "-"),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    ),
    maxLength: 300,
  })
  .map(safeBlock);

describe("wrap", () => {
  it("never makes a line longer than it was told, and loses nothing but white space", () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 20, max: 100 }), (text, columns) => {
        const lines = wrap(text, columns, { first: "  - ", rest: "    " });
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
        const bare = (from: string): string => from.replaceAll(/\s/g, "");
        expect(bare(lines.join("").slice(4).replaceAll(/^ {4}/g, ""))).toBe(bare(text));
      }),
    );
  });

  it("breaks between words, and under the first word", () => {
    expect(wrap("one two three four", 14, { first: "  - " })).toEqual([
      "  - one two",
      "    three four",
    ]);
  });

  it("cuts a word that is longer than a line", () => {
    expect(wrap("abcdefghijklmnop", 10)).toEqual(["abcdefghij", "klmnop"]);
  });

  it("keeps the text's own line breaks", () => {
    expect(wrap("a\n\nb", 20)).toEqual(["a", "", "b"]);
  });

  it("keeps the indentation of each line, as of JSON and of code, up to half of the room", () => {
    const json = JSON.stringify({ a: { b: [1] } }, undefined, 2);
    expect(wrap(json, 40).join("\n")).toBe(json);
    expect(wrap("    one two three", 12)).toEqual(["    one two", "    three"]);
    expect(wrap(`${" ".repeat(30)}word`, 10)).toEqual(["     word"]);
  });

  it("keeps every character as it was written, and does not compose it with its accent", () => {
    const parts = "cafe\u0301 ole\u0301";
    expect(wrap(parts, 20)).toEqual([parts]);
  });
});

describe("clip and pad", () => {
  it("counts wide characters as two columns and accents as none", () => {
    expect(columnsOf("漢字")).toBe(4);
    expect(columnsOf("e\u0301")).toBe(1);
    expect(columnsOf("क्षि")).toBe(2);
  });

  it("counts a key with a digit on it as the picture that it is drawn as", () => {
    expect(columnsOf(safeText("1\uFE0F\u20E3"))).toBe(2);
  });

  it("counts a flag, and a syllable of Hangul in its parts, as the one that they are drawn as", () => {
    expect(columnsOf("🇩🇪 🇫🇷")).toBe(5);
    expect(columnsOf("\u1112\u1161\u11AB\u1100\u1173\u11AF")).toBe(columnsOf("한글"));
    expect(clip("🇩🇪🇫🇷🇮🇹", 5)).toBe("🇩🇪🇫🇷…");
  });

  it("fits any text into any width", () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 2, max: 60 }), (text, columns) => {
        const line = text.replaceAll("\n", " ");
        expect(columnsOf(clip(line, columns))).toBeLessThanOrEqual(columns);
        expect(columnsOf(pad(line, columns))).toBe(columns);
      }),
    );
  });
});
