import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMistake, type JsonMistake } from "../../src/cli/given/json-mistake.ts";

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function mistakeIn(text: string): JsonMistake {
  const mistake = jsonMistake(text);
  if (mistake === undefined) throw new Error("this is not nested deeply");
  return mistake;
}

describe("jsonMistake", () => {
  it("goes to the end of whatever is JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), undefined, indent);
        expect(mistakeIn(pretty).offset).toBe(pretty.length);
      }),
    );
  });

  it("finds a mistake where JSON.parse finds one", () => {
    const almost = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", "{", "]", ",", ":", '"', "\\", "1", "x", "-", "\n"),
      )
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    fc.assert(
      fc.property(almost, (text) => {
        const { offset } = mistakeIn(text);
        if (offset < text.length) return !parses(text);
        // At the end: whole, or something that more text would make whole.
        return parses(text) || !parses(text.slice(0, offset));
      }),
      { numRuns: 1_000 },
    );
  });

  it("never says that a beginning of JSON is wrong", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        const beginning = text.slice(0, at % (text.length + 1));
        const { offset } = mistakeIn(beginning);
        // Half a number, literal or string with half an escape may be pointed at; what stands before it may not.
        const tail = beginning.slice(offset);
        expect(tail).toMatch(
          /^(?:-?[\d.eE+-]*|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|".*\\u?[\da-fA-F]{0,3})$/s,
        );
      }),
    );
  });

  it("counts lines and columns from 1", () => {
    expect(jsonMistake('{\n  "a": 1,\n  b: 2\n}')).toEqual({
      what: "character",
      offset: 14,
      line: 3,
      column: 3,
    });
  });

  it.each([
    ['{"a": "b,\n "c": 1}', "string", 6],
    ['["a\\x"]', "escape", 1],
    ['["a\\u12"]', "escape", 1],
    ['["a\tb"]', "control", 1],
    ["[1, // one\n 2]", "character", 4],
    ["[01]", "character", 2],
    ['["a', "end", 3],
  ])("tells what is wrong with %j", (text, what, offset) => {
    expect(jsonMistake(text)).toMatchObject({ what, offset });
  });

  it("gives up on a text that is nested too deeply, and takes the mistake that stood before that", () => {
    const deep = "[".repeat(1_000_000);
    expect(jsonMistake(deep)).toBeUndefined();
    expect(jsonMistake(`[1 2, ${deep}`)).toMatchObject({ what: "character", offset: 3 });
  });
});
