import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { releaseGate } from "../../examples/release-gate/team.ts";
import { folder } from "../cli/command.ts";
import { COMPILED } from "../compiled.ts";
import { scriptedModel } from "../model-server/scripted-model.ts";

const START = fileURLToPath(new URL("../../examples/start.ts", import.meta.url));

interface Gated {
  readonly code: number | null;
  readonly page: string;
}

function gate(...args: readonly string[]): Promise<Gated> {
  return gateWith({}, ...args);
}

function gateWith(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Gated> {
  const child = spawn(process.execPath, [START, "gate", ...args], {
    cwd: folder(),
    env: { ...process.env, ...COMPILED, ...variables },
  });
  let page = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (page += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (page += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, page })));
}

const SETTINGS = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    module: "nodenext",
    allowImportingTsExtensions: true,
  },
  include: ["src"],
};

/** Looks like one of GitHub's. */
const TOKEN = `ghp_${"a1B2".repeat(9)}`;

/** A project with these files, and with settings that are programs, which leave a file behind when they are run. */
function project(files: Readonly<Record<string, string>>): string {
  const place = join(folder(), "project");
  mkdirSync(join(place, "src"), { recursive: true });
  const description = {
    name: "project",
    version: "1.0.0",
    type: "module",
    exports: "./src/index.ts",
  };
  const trap = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(join(place, "RAN"))}, "");\nexport default {};\n`;
  const settings = [
    ".secretlintrc.js",
    "knip.ts",
    "oxlint.config.ts",
    "vite.config.ts",
    "vitest.config.ts",
    "eslint.config.js",
  ];
  const all = {
    "package.json": JSON.stringify(description),
    "tsconfig.json": JSON.stringify(SETTINGS),
    ...Object.fromEntries(settings.map((name) => [name, trap])),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(place, name), text);
  return place;
}

describe("the release gate", () => {
  it("holds a project that somebody would hold, and says where what is wrong with it is", async () => {
    const place = project({
      "src/index.ts":
        'import { a } from "./a.ts";\nimport "not-there";\nexport const b: number = a;\ndebugger;\n',
      "src/a.ts": 'export const a: number = "no number";\nexport const left = 1;\n',
      "src/key.ts": `export const key = "${TOKEN}";\n`,
    });
    const { code, page } = await gate(place);
    expect(page).toContain("src/a.ts:1 high: Type 'string' is not assignable to type 'number'.");
    expect(page).toContain("src/index.ts:4 high: `debugger` statement is not allowed");
    expect(page).toMatch(/src\/index\.ts(?::\d+)? high: not-there is imported, and not among/);
    expect(page).toMatch(/src\/a\.ts:2 low: left is exported/);
    expect(page).toMatch(/src\/key\.ts:1 critical: \[GITHUB_TOKEN\] found GitHub/);
    expect(page).not.toContain(TOKEN);
    expect(page).toMatch(/\nHOLD\n/);
    expect(code).toBe(4);
    expect(existsSync(join(place, "RAN"))).toBe(false);
  });

  it("ships a project that nobody would hold", async () => {
    // With types of a package that its settings do not name, as was usual before TypeScript 6.
    const place = project({ "src/index.ts": "export const a: Other.Kind = 1;\n" });
    mkdirSync(join(place, "node_modules/@types/other"), { recursive: true });
    const types = '{"name":"@types/other","version":"1.0.0","types":"index.d.ts"}';
    writeFileSync(join(place, "node_modules/@types/other/package.json"), types);
    const kinds = "declare namespace Other {\n  type Kind = number;\n}\n";
    writeFileSync(join(place, "node_modules/@types/other/index.d.ts"), kinds);
    mkdirSync(join(place, "node_modules/other"), { recursive: true });
    writeFileSync(join(place, "node_modules/other/index.js"), "debugger;\n");
    const { code, page } = await gate(place);
    expect(page).toMatch(/\nSHIP\n/);
    expect(code).toBe(0);
  });

  it("says where code stands twice, holds nobody for it, and loads nothing that the project names", async () => {
    const copy = Array.from({ length: 30 }, (_, at) => `  total += list[${at}] ?? ${at};`).join(
      "\n",
    );
    const twin = (name: string): string =>
      `export function ${name}(list: number[]): number {\n  let total = 0;\n${copy}\n  return total;\n}\n`;
    const place = project({
      "src/index.ts": 'export { one } from "./one.ts";\nexport { two } from "./two.ts";\n',
      "src/one.ts": twin("one"),
      "src/two.ts": twin("two"),
    });
    const trap = `${"../".repeat(20)}${join(place, "trap").slice(1)}`;
    const description = {
      name: "project",
      version: "1.0.0",
      type: "module",
      exports: "./src/index.ts",
    };
    const parts = { store: trap, reporters: [trap], exitCode: 1 };
    writeFileSync(join(place, "package.json"), JSON.stringify({ ...description, jscpd: parts }));
    writeFileSync(join(place, ".jscpd.json"), JSON.stringify(parts));
    for (const kind of ["store", "reporter"]) {
      mkdirSync(join(place, `trap-${kind}`));
      const ran = `require("node:fs").writeFileSync(${JSON.stringify(join(place, "RAN"))}, "")`;
      writeFileSync(join(place, `trap-${kind}/index.js`), ran);
      writeFileSync(join(place, `trap-${kind}/package.json`), '{"type":"commonjs"}');
    }
    const { code, page } = await gate(place);
    expect(page).toMatch(/src\/(?:one|two)\.ts:1 low: the same code as in src\/(?:one|two)\.ts:1/);
    expect(page).toMatch(/\nSHIP\n/);
    expect(code).toBe(0);
    expect(existsSync(join(place, "RAN"))).toBe(false);
  });

  it("asks a model whose key is there, which is sent the sources and nothing hidden", async () => {
    const place = project({
      "src/index.ts": "export const a = 1;\n",
      ".env": `KEY=${"x".repeat(20)}`,
    });
    await using server = await scriptedModel();
    const finding = { text: "it loses data", file: "src/index.ts", line: 1, severity: "high" };
    server.follow({ does: "answers", output: { recommendation: "hold", findings: [finding] } });
    const variables = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: `${server.url}/v1` };
    const { code, page } = await gateWith(variables, place, "--with", "openai:gpt-x");
    expect(page).toContain("src/index.ts:1 high: it loses data");
    expect(page).toMatch(/\nHOLD\n/);
    expect(code).toBe(4);
    const sent = JSON.stringify(server.bodies);
    expect(sent).toContain("export const a = 1;");
    expect(sent).not.toContain("KEY=");
  });

  it("says who could not say, and is no success then", async () => {
    const place = project({ "src/index.ts": "export const a = 1;\n" });
    rmSync(join(place, "tsconfig.json"));
    const { code, page } = await gate(place);
    expect(page.replaceAll(/\s+/g, " ")).toContain(
      "types could not say: types: its answer cannot be read: the project has no tsconfig.json",
    );
    expect(page).toMatch(/\nSHIP\n/);
    expect(code).toBe(3);
  });

  it("says that nothing is installed, and does not take missing types for faults", async () => {
    const place = project({ "src/index.ts": 'import { x } from "other";\nexport const a = x;\n' });
    const file = join(place, "package.json");
    const description: unknown = JSON.parse(readFileSync(file, "utf8"));
    const dependencies = { other: "1", another: "1" };
    writeFileSync(file, JSON.stringify({ ...Object(description), dependencies }));
    const { results } = await releaseGate(place).run(undefined, { route: ["types"] });
    expect(results.types).toHaveProperty(
      "error.message",
      "types cannot be checked, since none of the 2 packages of the project is installed; run npm install there first",
    );
  });

  it("is not begun with what is no project, and with nobody that it knows", async () => {
    const empty = await gate(folder());
    expect(empty).toMatchObject({
      code: 2,
      page: expect.stringContaining("it has no package.json"),
    });
    const baker = await gate(project({}), "--with", "baker");
    expect(baker).toMatchObject({ code: 2, page: expect.stringContaining('There is no "baker"') });
  });
});
