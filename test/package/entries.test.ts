import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadedBy, sourcesOf } from "../../scripts/imports.ts";

const root = resolve(import.meta.dirname, "../..");

const {
  exports: subPaths,
  bin,
  version,
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly version: string;
};
const entries = Object.entries(subPaths).filter(([, file]) => file.endsWith(".js"));

/** What an entry of the built package exports. */
const load = async (subPath: string): Promise<Record<string, unknown>> =>
  (await import(join(root, subPaths[subPath] ?? ""))) as Record<string, unknown>;

/** The names that an entry exports, a type's with `type` before it. An index re-exports and does nothing else. */
function exportedBy(source: string): readonly string[] {
  const text = readFileSync(join(root, source), "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
  expect(text).not.toMatch(/export\s*\*/);
  const lists = [...text.matchAll(/export\s+(type\s+)?\{([^}]*)\}/g)];
  const own = [...text.matchAll(/export (?:async )?(?:const|function|class) (\w+)/g)];
  const names = lists.flatMap(([, type = "", list = ""]) =>
    list
      .split(",")
      .map((name) =>
        name.trim().replace(/^.* as /, type === "" && name.includes("type ") ? "type " : ""),
      )
      .filter((name) => name !== "")
      .map((name) => (type === "" || name.startsWith("type ") ? name : `type ${name}`)),
  );
  return [...names, ...own.map(([, name = ""]) => name)].toSorted();
}

describe("the entries of the package", () => {
  it.each(entries)("%s is built, with its types", (_, file) => {
    expect(existsSync(join(root, file))).toBe(true);
    expect(existsSync(join(root, file.replace(/\.js$/, ".d.ts")))).toBe(true);
  });

  it.each(entries)("%s exports what it promised", async (subPath, file) => {
    const source = file.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    const name = subPath === "." ? "quorate" : subPath.replace("./", "quorate-");
    const listed = exportedBy(source);
    await expect(`${listed.join("\n")}\n`).toMatchFileSnapshot(`exports/${name}.txt`);
    expect(Object.keys(await load(subPath)).toSorted()).toEqual(
      listed.filter((word) => !word.startsWith("type ")),
    );
  });

  it.each([
    ".",
    "./learning",
    "./audit",
    "./similar",
    "./sqlite",
    "./postgres",
    "./ports",
    "./testing",
    "./command",
    "./acp",
    "./ai-sdk",
    "./prices",
    "./a2a",
    "./report",
    "./eval",
  ])("%s loads nothing but Node's own modules", (subPath) => {
    const { files, packages } = loadedBy(join(root, subPaths[subPath] ?? ""));
    expect(files.length).toBeGreaterThan(1);
    expect(packages.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });

  it("does not load what has an entry of its own with the core: learning, audits, likeness, plans, SQLite, adapters, the command line, test tools", () => {
    const { sources, packages } = loadedBy(join(root, subPaths["."] ?? ""));
    expect(sources).toContain("supervisor.ts");
    const elsewhere =
      /^(learning|audit|eval|report|sqlite|postgres|cli|testing|command|acp|ai-sdk|a2a|prices|otel)\/|^conflict\/(similar|contradiction)\/|^forecast\/(forecast|tree)/;
    expect(sources.filter((file) => elsewhere.test(file))).toEqual([]);
    expect(packages).not.toContain("node:sqlite");
  });

  it("does not load the core with the command line: its help is there at once", () => {
    const { sources, packages } = loadedBy(join(root, "dist/chunks/program.js"));
    expect(sources).toContain("cli/program.ts");
    expect(packages.filter((name) => !name.startsWith("node:"))).toEqual(["commander", "ms"]);
    expect(
      sources.filter((file) => /^(supervisor|index|call|team\/coordinate|run)\b/.test(file)),
    ).toEqual([]);
  });

  it("have every module once, so that what it makes is the same whichever entry it comes from", () => {
    const files = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" });
    const maps = files.filter((file) => file.endsWith(".js.map"));
    const sources = maps.flatMap((map) => sourcesOf(join(root, "dist", map.slice(0, -4))));
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([]);
  });

  it.each([
    ["./learning", "reliability"],
    ["./audit", "auditJudges"],
    ["./similar", "similar"],
    ["./sqlite", "sqlite"],
    ["./postgres", "postgres"],
    ["./testing", "scripted"],
    ["./command", "commandAgent"],
    ["./acp", "acpAgent"],
    ["./ai-sdk", "modelAgent"],
    ["./a2a", "a2aAgent"],
  ])("%s throws the QuorateError of the core", async (subPath, name) => {
    const core = await load(".");
    const { [name]: refusing } = await load(subPath);
    expect(() => (refusing as (given: unknown) => unknown)(1)).toThrow(
      core["QuorateError"] as never,
    );
  });

  it("make agents that are agents to the core", async () => {
    const { isWorker } = await load(".");
    const { commandAgent } = await load("./command");
    const made = (commandAgent as (options: object) => object)({ name: "tests", command: "true" });
    expect((isWorker as (value: unknown) => boolean)(made)).toBe(true);
  });

  it("has a command whose first line says that Node runs it", () => {
    const [command] = Object.values(bin);
    expect(readFileSync(join(root, command ?? ""), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("has a version that the changelog knows", () => {
    expect(readFileSync(join(root, "CHANGELOG.md"), "utf8")).toContain(version);
  });
});
