import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonMistake } from "../../src/cli/json-mistake.ts";

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("jsonMistake", () => {
  it("goes to the end of whatever is JSON", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), undefined, indent);
        expect(jsonMistake(pretty).offset).toBe(pretty.length);
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
        const { offset } = jsonMistake(text);
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
        const { offset } = jsonMistake(beginning);
        // Half a number, literal or escape may be pointed at; what stands before it may not.
        const tail = beginning.slice(offset);
        expect(tail).toMatch(
          /^(?:-?[\d.eE+-]*|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|".*\\u?[\da-fA-F]{0,3})$/s,
        );
      }),
    );
  });

  it("counts lines and columns from 1", () => {
    expect(jsonMistake('{\n  "a": 1,\n  b: 2\n}')).toEqual({ offset: 14, line: 3, column: 3 });
  });
});
