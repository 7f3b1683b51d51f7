import { describe, expect, it } from "vitest";
import { oneLine, partsOf, visible } from "../../dashboard/src/model/visible.ts";

const shown = (text: string): string =>
  partsOf(text)
    .map(({ kind, text: part }) => (kind === "text" ? part : `[${kind} ${part}]`))
    .join("");

describe("a text of others on the page", () => {
  it("shows by its number what could not be seen or would turn the order of others round", () => {
    expect(shown("user\u202Etxt.exe")).toBe("user[unseen U+202E]txt.exe");
    expect(shown("a\u200Bb\u0000c\u001B[31m")).toBe(
      "a[unseen U+200B]b[unseen U+0000]c[unseen U+001B][31m",
    );
    expect(shown("\uD800")).toBe("[unseen U+D800]");
    expect(visible("a\u2066b\n  c\u2069")).toBe("aU+2066b cU+2069");
  });

  it("keeps line breaks, tabs, letters of every script, accents, flags and families of emoji", () => {
    for (const text of ["a\n\tb", "مرحبا", "e\u0301", "🇩🇪", "👩‍👩‍👧", "❤️"]) {
      expect(shown(text)).toBe(text);
    }
  });

  it("sets apart as code what stands between backticks in one line", () => {
    expect(shown("use `isSame()` here")).toBe("use [code isSame()] here");
    expect(shown("a ` alone")).toBe("a ` alone");
    expect(shown("`a\u202Eb`")).toBe("`a[unseen U+202E]b`");
  });

  it("fits in one line where there is room for no more, with what is code as all else", () => {
    expect(oneLine("use `isSame()`\n  of $` here")).toBe("use isSame() of $` here");
  });

  it("never loses a letter", () => {
    const text = "x `y` z `` ` `a`b`";
    const back = partsOf(text).map(({ kind, text: part }) =>
      kind === "code" ? `\`${part}\`` : part,
    );
    expect(back.join("")).toBe(text);
  });
});
