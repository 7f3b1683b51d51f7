import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = resolve(import.meta.dirname, "../../src");

const DECLARED = /^(?:export )?(?:declare )?(?:interface|type|class)\s+(\w+)/gm;

// What the prompt of an adapter is made from, at its entry: no reader meets both.
const OF_EACH_ADAPTER: ReadonlySet<string> = new Set(["PromptContext"]);

describe("the names of types", () => {
  it("have one meaning each: no name is declared in two files of src", () => {
    const files = globSync("**/*.ts", { cwd: src });
    const declared = files.flatMap((file) =>
      [...readFileSync(join(src, file), "utf8").matchAll(DECLARED)].map(([, name = ""]) => ({
        name,
        file,
      })),
    );
    expect(declared.length).toBeGreaterThan(500);
    const twice = [...Map.groupBy(declared, ({ name }) => name)]
      .filter(([name, places]) => places.length > 1 && !OF_EACH_ADAPTER.has(name))
      .map(([name, places]) => `${name}: ${places.map(({ file }) => file).join(", ")}`);
    expect(twice).toEqual([]);
  });
});
