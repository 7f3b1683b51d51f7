import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { folder, quorate } from "./command.ts";

const root = resolve(import.meta.dirname, "../..");

interface Workflow {
  readonly jobs: {
    readonly gate: {
      readonly defaults?: unknown;
      readonly steps: readonly { readonly uses?: string; readonly with?: object }[];
    };
  };
}

/** A repository with one package in a folder below its root. */
function monorepo(
  manifest: object,
  lockfile: string,
): { readonly top: string; readonly at: string } {
  const top = folder();
  const at = join(top, "packages", "my app");
  mkdirSync(join(top, ".git"));
  mkdirSync(join(at, "node_modules"), { recursive: true });
  writeFileSync(join(top, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(top, lockfile), "");
  writeFileSync(join(at, "package.json"), '{\r\n\t"name": "app",\r\n\t"scripts": {}\r\n}\r\n');
  return { top, at };
}

const words = (text: string): string => text.replaceAll(/\s+/g, " ");

const workflowOf = (at: string): Workflow["jobs"]["gate"] =>
  (parse(readFileSync(join(at, ".github/workflows/quorate.yml"), "utf8")) as Workflow).jobs.gate;

describe("quorate init, below the root of a repository", () => {
  it("writes a workflow that works there, where packages are installed at the root, and says where GitHub looks for it", async () => {
    const { top, at } = monorepo({ workspaces: ["packages/*"] }, "package-lock.json");
    mkdirSync(join(top, "node_modules"));
    symlinkSync(root, join(top, "node_modules/quorate"));
    const { code, stdout } = await quorate(["init", "--yes"], at);
    expect(code).toBe(0);
    expect(words(stdout)).toContain(
      "GitHub runs .github/workflows/quorate.yml only once it is moved to ../../.github/workflows/quorate.yml",
    );
    expect(stdout).toContain("added  the script gate and the dependency quorate to package.json\n");
    // With the line breaks and the indentation that it had.
    const lines = readFileSync(join(at, "package.json"), "utf8").split("\r\n");
    expect(lines.slice(0, 3)).toEqual(["{", '\t"name": "app",', '\t"scripts": {']);
    expect(lines.join("")).not.toContain("\n");
    const { defaults, steps } = workflowOf(at);
    expect(defaults).toEqual({ run: { "working-directory": "packages/my app" } });
    expect(steps.at(-1)).toMatchObject({
      uses: "./node_modules/quorate",
      with: { "working-directory": "packages/my app", team: "gate.mts" },
    });
  });

  it("looks for the lockfile at the root, and for the package where pnpm installs it", async () => {
    const { at } = monorepo({ workspaces: ["packages/*"] }, "pnpm-lock.yaml");
    const { stdout } = await quorate(["init", "--yes"], at);
    expect(stdout).toMatch(/^Node v[\d.]+, pnpm$/m);
    const { steps } = workflowOf(at);
    expect(steps.at(-1)?.uses).toBe("./packages/my app/node_modules/quorate");
    expect(JSON.stringify(steps)).toContain("pnpm install --frozen-lockfile");
  });
});

describe("quorate init --help", () => {
  it("says of each template what its team does", async () => {
    const { stdout } = await quorate(["init", "--help"], folder());
    for (const template of ["gate: decides", "review: finds", "council: gives", "panel: asks"]) {
      expect(words(stdout)).toContain(template);
    }
  });
});

describe("quorate init, in a project that tsc checks", () => {
  it("says which setting its test needs, unless that is set", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "tsconfig.json"), '{ "compilerOptions": { "strict": true } }');
    const { stdout } = await quorate(["init", "--yes"], cwd);
    expect(words(stdout)).toContain(
      "tsconfig.json: if tsc checks gate.test.ts, set allowImportingTsExtensions or rewriteRelativeImportExtensions",
    );
    const allowed = { compilerOptions: { rewriteRelativeImportExtensions: true } };
    writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify(allowed));
    expect((await quorate(["init", "--yes"], cwd)).stdout).not.toContain("tsconfig.json");
  });

  it("says in one sentence where a file cannot be", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, ".github"), "");
    const { code, stderr } = await quorate(["init", "--yes"], cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/quorate\.yml cannot be written: \w+: [^\n]+\.\n$/);
  });
});
