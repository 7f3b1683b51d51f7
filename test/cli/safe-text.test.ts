import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeBlock, safeJson, safeText } from "../../src/cli/shown/safe-text.ts";

// Everything that may not reach a terminal, written independently of the code under test.
function harmful(text: string): string[] {
  return [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return (
      (code < 0x20 && character !== "\n") ||
      (code >= 0x7f && code <= 0x9f) ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x2028 && code <= 0x202e) ||
      (code >= 0x2060 && code <= 0x206f) ||
      code === 0x061c ||
      code === 0xad ||
      code === 0xfeff ||
      (code >= 0xd800 && code <= 0xdfff)
    );
  });
}

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\u001b[31m",
      "\u001b]8;;http://x\u0007",
      "\u001b",
      "\u009b2J",
      "\u202e",
      "\u2066",
      "\u200d",
      "\r\n",
      "\t",
      "\ud800",
      "é",
      "漢",
      "a",
      " ",
    ),
    fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
  ),
  maxLength: 200,
});

describe("safeText", () => {
  it("leaves nothing that could steer a terminal, whatever comes in", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(harmful(safeBlock(text))).toEqual([]);
        expect(safeText(text)).not.toMatch(/[\n\t]|^\s|\s$/);
      }),
    );
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(safeText(safeText(text))).toBe(safeText(text));
      }),
    );
  });

  it("removes whole escape sequences, not only their first character", () => {
    expect(
      safeText("\u001b[1;31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007"),
    ).toBe("red link");
    expect(safeText("a\u009b2Kb")).toBe("ab");
  });

  it("keeps what follows a sequence that never ends", () => {
    expect(safeText("\u001b]0;title without an end")).toContain("title without an end");
  });

  it("keeps ordinary text of any script", () => {
    const text = "Größe – 漢字 – русский – “quotes” – 🙂";
    expect(safeText(text)).toBe(text);
  });

  it("makes line breaks of every kind one kind in a block, and spaces on a line", () => {
    expect(safeBlock("a\r\nb\rc\u2028d\u0085e")).toBe("a\nb\nc\nd\ne");
    expect(safeText("a\r\nb\tc")).toBe("a b c");
  });

  // Where an expression tries again and again, these texts take minutes: the test's own timeout is the limit.
  it.for(["\u001b[", "\u001b]0", "\u001b[0;", "\u001b", "\u009d "])(
    "reads a text of a hundred thousand unfinished sequences %j to its end",
    (piece) => {
      expect(safeText(piece.repeat(100_000))).not.toContain("\u001b");
    },
  );
});

describe("safeJson", () => {
  it("reads back as what it was, and holds nothing harmful", () => {
    fc.assert(
      fc.property(fc.dictionary(nasty, nasty), (value) => {
        const text = safeJson(value, 2);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(harmful(text)).toEqual([]);
      }),
    );
  });
});
