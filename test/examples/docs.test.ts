import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../src/index.ts";
import { folder } from "../cli/command.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = [
  "README.md",
  ...globSync("docs/**/*.md", { cwd: root }).map((path) => path.replaceAll("\\", "/")),
];
const text = (page: string): string => readFileSync(join(root, page), "utf8");

/**
 * A page with its TypeScript alone, each line where it stood: what is wrong with it is told by the page's line. All of it is one program, but for what begins
 * with the name of a file, `// team.ts`: that is one of its own.
 */
function program(page: string, file?: string): string {
  let inside = false;
  const all = text(page).split("\n");
  const lines = all.map((line, index) => {
    const fence = line.startsWith("```");
    if (fence) inside = line === "```ts" && nameIn(all[index + 1] ?? "") === file;
    return inside && !fence ? line : "";
  });
  return `${lines.join("\n")}\nexport {};\n`;
}

const nameIn = (line: string): string | undefined => /^\/\/ (\S+\.m?ts)$/.exec(line)?.[1];

/** The programs of their own that a page has. */
const ownPrograms = (page: string): readonly string[] =>
  text(page)
    .split("\n")
    .flatMap((line) => nameIn(line) ?? []);

/** The path in one word: pages of two folders may have one name. */
const nameOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-");
/** The program of a page. It stands in a folder of the page, where it finds the page's other programs by their names. */
const fileOf = (page: string): string => join(nameOf(page), "page.ts");

// In the checkout, where the package is found by its own name; with a dot, so that no other check looks there.
let programs = "";
beforeAll(() => {
  programs = mkdtempSync(join(import.meta.dirname, ".pages-"));
  for (const page of pages) {
    mkdirSync(join(programs, nameOf(page)));
    writeFileSync(join(programs, fileOf(page)), program(page));
    for (const file of ownPrograms(page)) {
      writeFileSync(join(programs, nameOf(page), file), program(page, file));
    }
  }
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

function run(page: string): string {
  return execFileSync(process.execPath, ["--no-warnings", join(programs, fileOf(page))], {
    cwd: folder(),
    encoding: "utf8",
  });
}

describe("the examples of the pages", () => {
  it("compile against the package", () => {
    const options = {
      extends: "../../../tsconfig.json",
      compilerOptions: { rootDir: root, noUnusedLocals: false },
      include: ["**/*.ts", "**/*.mts"],
    };
    writeFileSync(join(programs, "tsconfig.json"), JSON.stringify(options));
    const tsc = join(root, "node_modules/.bin/tsc");
    const { stdout, stderr } = spawnSync(tsc, ["-p", programs], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("");
  });

  it("do what the README says", () => {
    const said = text("README.md").match(/^\/\/ ("hold" is held by .*) …$/m)?.[1] ?? "nothing";
    expect(run("README.md")).toContain(said);
  });
});

describe("the values that comments name", () => {
  it.each(pages)("are those of a run: %s", (page) => {
    const lines = program(page).split("\n");
    const printing = lines.map((line) => {
      const shown = shownValue(line);
      return shown === undefined
        ? line
        : `console.log("@" + JSON.stringify([${JSON.stringify(shown.value)}, ${shown.expression}]));`;
    });
    const file = join(programs, nameOf(page), "shown.ts");
    writeFileSync(file, printing.join("\n"));
    const printed = execFileSync(process.execPath, ["--no-warnings", file], {
      cwd: folder(),
      encoding: "utf8",
    });
    const pairs = printed
      .split("\n")
      .filter((line) => line.startsWith("@"))
      .map((line) => JSON.parse(line.slice(1)) as [string, unknown]);
    expect(pairs.length).toBeGreaterThan(0);
    for (const [value, is] of pairs) {
      const { pattern, atLeast } = patternOf(value);
      const part = Array.isArray(is) && atLeast !== undefined ? is.slice(0, atLeast) : is;
      expect({ value: part }).toMatchObject({ value: pattern });
    }
  });
});

/** `outcome.status; // "complete"`: what stands alone on a line, and what it is. A comment may be a sentence too. */
function shownValue(
  line: string,
): { readonly expression: string; readonly value: string } | undefined {
  const [, expression, value] = /^(\w[^;]*); \/\/ (.+)$/.exec(line) ?? [];
  if (expression === undefined || value === undefined) return undefined;
  if (/^(?:const|if|await) /.test(expression) || !/^(?:[[{"]|\d|true$|false$)/.test(value)) {
    return undefined;
  }
  return { expression, value };
}

/** A value as a comment writes it: keys without quotes, and an ellipsis for what else there is. */
function patternOf(value: string): { readonly pattern: unknown; readonly atLeast?: number } {
  const json = value.replaceAll(/([{,] )(\w+):/g, '$1"$2":').replaceAll(/,? …/g, "");
  const pattern = JSON.parse(json) as unknown;
  return Array.isArray(pattern) && value.endsWith("…]")
    ? { pattern, atLeast: pattern.length }
    : { pattern };
}

describe("the tables", () => {
  it("name the limits that hold where nobody said otherwise", () => {
    const { backoff, ...limits } = DEFAULT_LIMITS;
    const all = {
      ...limits,
      ...Object.fromEntries(Object.entries(backoff).map(([key, ms]) => [`backoff.${key}`, ms])),
    };
    for (const [limit, value] of Object.entries(all)) {
      expect(text("docs/using.md")).toContain(
        `| \`${limit}\` | ${value.toLocaleString("en-US")} |`,
      );
    }
  });

  it("name every error", () => {
    const errors = readFileSync(join(root, "src/model/errors.ts"), "utf8");
    const codesIn = (source: string, form: RegExp): readonly string[] =>
      [...source.matchAll(form)].map(([, code]) => code ?? "").toSorted();
    const [, list = ""] = /const CODES = \[([^\]]+)\]/.exec(errors) ?? [];
    const codes = codesIn(list, /"([A-Z_]+)"/g);
    expect(codes.length).toBeGreaterThan(10);
    expect(codesIn(errors, /^ \* - `([A-Z_]+)`/gm)).toEqual(codes);
    const rows = text("docs/using.md").match(/^\| (`[A-Z_]{4,}`(, )?)+ \|/gm) ?? [];
    expect(codesIn(rows.join("\n"), /`([A-Z_]+)`/g)).toEqual(codes);
  });
});

describe("the links of the pages", () => {
  it("lead to what is there", () => {
    const others = [
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "CHANGELOG.md",
      "bench/decisions/README.md",
    ];
    const examples = ["code-review-board", "help-desk"].map((name) => `examples/${name}/README.md`);
    for (const page of [...pages, ...others, ...examples]) {
      for (const [, target = ""] of text(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (target.startsWith("https://")) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(page, "..", path);
        const anchors = [...text(file).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
          title
            .toLowerCase()
            .replaceAll(/[^\w -]/g, "")
            .replaceAll(" ", "-"),
        );
        if (anchor !== undefined) expect(anchors, `${page}: ${target}`).toContain(anchor);
      }
    }
  });
});
