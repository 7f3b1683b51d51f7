import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorSections, meanings } from "../../site/codes.ts";
import { ADDRESSES } from "../../src/cli/addresses.ts";
import { NOTICES } from "../../src/model/notices.ts";

const root = join(import.meta.dirname, "../..");
const text = (file: string): string => readFileSync(join(root, file), "utf8");

describe("the pages on codes", () => {
  it("have what each error code means and what to do, and no other code", () => {
    const [, list = ""] = /^const CODES = \[([^]*?)\]/m.exec(text("src/model/errors.ts")) ?? [];
    const codes = [...list.matchAll(/"(\w+)"/g)].map(([, code = ""]) => code);
    expect(codes.length).toBeGreaterThan(25);
    expect([...meanings("src/model/errors.ts").keys()].toSorted()).toEqual(codes.toSorted());
    const sections = errorSections();
    expect([...sections.keys()].toSorted()).toEqual(codes.toSorted());
    for (const [code, section] of sections) {
      expect({ code, section }).toEqual({
        code,
        section: expect.stringMatching(/^\S[^]*\n\nWhat to do: \S/) as string,
      });
    }
  });

  it("have every notice, with its meaning in the sources and its row in the table", () => {
    const codes = Object.keys(NOTICES).toSorted();
    expect([...meanings("src/model/notices.ts").keys()].toSorted()).toEqual(codes);
    const rows = [...text("docs/notices.md").matchAll(/^\| `([a-z-]+)` \|/gm)];
    expect(rows.map(([, code = ""]) => code).toSorted()).toEqual(codes);
  });
});

describe("the addresses of the project", () => {
  it("are those of package.json, which has none where there is none", () => {
    const { repository, homepage, bugs } = JSON.parse(text("package.json")) as {
      readonly repository?: { readonly url: string };
      readonly homepage?: string;
      readonly bugs?: { readonly url: string };
    };
    expect({ repository: repository?.url, homepage, bugs: bugs?.url }).toEqual({
      repository: ADDRESSES.repository && `git+${ADDRESSES.repository}.git`,
      homepage: ADDRESSES.docs ?? ADDRESSES.repository,
      bugs: ADDRESSES.repository && `${ADDRESSES.repository}/issues`,
    });
  });
});
