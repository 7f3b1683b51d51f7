import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../../dashboard/src");

const read = (file: string): string => readFileSync(join(folder, file), "utf8");

/** The rules of a stylesheet, without comments and without the conditions of its media queries, which no token can stand in. */
function rulesOf(css: string): string {
  return css.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/@media[^{]*\{/g, "{");
}

const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|light-dark)a?\(/gi;
const SIZE = /(?<![\w.-])-?\d*\.?\d+(?:px|rem|pt|ms|s)\b/g;
// Fractions of what is around it, and of the type that it is set in.
const NAMED_COLOUR = /:\s*(?:black|white|red|green|blue|orange|purple|gr[ae]y|yellow)\b/g;

const stylesheets = globSync("**/*.css", { cwd: folder }).filter(
  (file) => !file.endsWith("tokens.css"),
);

describe("the stylesheets of the page", () => {
  it.each(stylesheets)("name a token for every colour, size and time in %s", (file) => {
    const rules = rulesOf(read(file));
    const raw = [COLOUR, SIZE, NAMED_COLOUR].flatMap((kind) => rules.match(kind) ?? []);
    expect(raw).toEqual([]);
  });

  it("name only tokens that there are", () => {
    const defined = new Set(read("styles/tokens.css").match(/--[\w-]+(?=:)/g));
    // Set by the page itself: the columns of a matrix, and how wide somebody made the right pane.
    for (const own of ["--columns", "--side"]) defined.add(own);
    const used = [...stylesheets, ...globSync("**/*.tsx", { cwd: folder })].flatMap(
      (file) => read(file).match(/(?<=var\()--[\w-]+/g) ?? [],
    );
    expect(used.filter((name) => !defined.has(name))).toEqual([]);
  });

  it("break at the same widths everywhere", () => {
    const widths = stylesheets.flatMap((file) => read(file).match(/(?<=max-width: )\d+px/g) ?? []);
    expect([...new Set(widths)].toSorted()).toEqual(["1180px", "380px", "620px", "820px"]);
  });

  it("leave no colour to the components", () => {
    const coloured = globSync("**/*.{ts,tsx}", { cwd: folder }).filter((file) =>
      /#[0-9a-f]{6}\b|\brgba?\(|\bhsla?\(/i.test(read(file)),
    );
    expect(coloured).toEqual([]);
  });
});
