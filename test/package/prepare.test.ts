import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const LOCK = JSON.stringify({
  packages: { "": {}, "node_modules/typescript": { version: "1.0.0" } },
});

let folder = "";

// A checkout of one source file, whose packages are installed: TypeScript and rolldown are this project's own.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quorate-prepare-"));
  for (const path of ["scripts", "src", "node_modules", "bin"]) mkdirSync(join(folder, path));
  cpSync(join(root, "scripts/prepare.mjs"), join(folder, "scripts/prepare.mjs"));
  for (const tool of ["typescript", "rolldown"])
    symlinkSync(join(root, "node_modules", tool), join(folder, "node_modules", tool));
  write("package.json", '{ "type": "module" }');
  write("package-lock.json", LOCK);
  write("node_modules/.package-lock.json", LOCK);
  write(
    "tsconfig.json",
    '{ "compilerOptions": { "module": "nodenext", "types": [], "lib": ["es5"], "skipLibCheck": true } }',
  );
  write(
    "tsconfig.build.json",
    '{ "extends": "./tsconfig.json", "compilerOptions": { "rootDir": "src", "declaration": true, "emitDeclarationOnly": true }, "include": ["src"] }',
  );
  write("rolldown.config.ts", 'export default { input: ["src/one.ts"], external: [/^node:/] };\n');
  write("src/one.ts", "export const one: number = 1;\n");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text, { mode: 0o755 });
}

/** What `npm` is for this checkout: a script, instead of the machine's. */
function fakeNpm(script: string): void {
  write("bin/npm", `#!/bin/sh\n${script}\n`);
}

const environment = () => ({ ...process.env, PATH: `${join(folder, "bin")}:/usr/bin:/bin` });

function prepare(...args: string[]): { readonly code: number | null; readonly said: string } {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [join(folder, "scripts/prepare.mjs"), ...args],
    { env: environment(), encoding: "utf8" },
  );
  expect(stdout).toBe("");
  return { code: status, said: stderr };
}

describe("preparing a checkout", () => {
  it("builds what is not built, and then says and does nothing", () => {
    expect(prepare()).toMatchObject({ code: 0, said: expect.stringContaining("building dist") });
    expect(readFileSync(join(folder, "dist/one.js"), "utf8")).toContain("one = 1");
    expect(readFileSync(join(folder, "dist/one.d.ts"), "utf8")).toContain("one: number");
    expect(prepare()).toEqual({ code: 0, said: "" });
  });

  it("builds again when a source changed, and leaves nothing of one that is gone", () => {
    write("src/two.ts", "export {};\n");
    prepare();
    rmSync(join(folder, "src/two.ts"));
    expect(prepare().said).toContain("building dist");
    expect(readdirSync(join(folder, "dist"))).toEqual(["one.d.ts", "one.js"]);
  });

  it("builds again when asked to", () => {
    prepare();
    expect(prepare("--rebuild").said).toContain("building dist");
  });

  it("makes the package's own command one that npx finds, also after a new install", () => {
    write("package.json", '{ "type": "module", "bin": { "one": "dist/one.js" } }');
    write("src/one.ts", '#!/usr/bin/env node\nconsole.log("ran");\n');
    write("tsconfig.json", '{ "compilerOptions": { "module": "nodenext", "types": ["node"] } }');
    symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
    const command = join(folder, "node_modules/.bin/one");
    for (const again of [false, true]) {
      if (again) rmSync(join(folder, "node_modules/.bin"), { recursive: true });
      expect(prepare().code).toBe(0);
      expect(spawnSync(command, { encoding: "utf8" }).stdout).toBe("ran\n");
      expect(prepare().said).toBe("");
    }
  });

  it("does not build when told to install only", () => {
    expect(prepare("--no-build")).toEqual({ code: 0, said: "" });
    expect(existsSync(join(folder, "dist"))).toBe(false);
  });

  it("refuses sources that do not compile in one sentence, and keeps the build before", () => {
    prepare();
    write("src/one.ts", 'export const one: number = "one";\n');
    const { code, said } = prepare();
    expect(code).toBe(1);
    expect(said).toContain("src/one.ts(1,14): error TS2322");
    expect(said).toContain("prepare: the sources do not compile; correct what is shown above");
    expect(readFileSync(join(folder, "dist/one.js"), "utf8")).toContain("one = 1");
  });

  it("installs when a package of the lockfile is missing or another version", () => {
    write("node_modules/.package-lock.json", LOCK.replace("1.0.0", "0.9.0"));
    mkdirSync(join(folder, "node_modules/node/bin"), { recursive: true });
    write("node_modules/node/bin/node", "");
    fakeNpm('echo "$@" > asked; cp package-lock.json node_modules/.package-lock.json');
    expect(prepare()).toMatchObject({
      code: 0,
      said: expect.stringContaining("package-lock.json changed"),
    });
    expect(readFileSync(join(folder, "asked"), "utf8")).toMatch(/^ci .*--include=dev/);
    expect(prepare().said).toBe("");
  });

  it("does not mind a package that the lockfile calls optional", () => {
    write(
      "package-lock.json",
      LOCK.replace("{}", '{}, "node_modules/other": { "version": "1.0.0", "optional": true }'),
    );
    expect(prepare("--no-build")).toEqual({ code: 0, said: "" });
  });

  it.each([
    ["npm error code ENOTFOUND", "the package registry cannot be reached; connect and run"],
    ["npm error code EUSAGE\nnpm error\nnpm error Out of sync.", 'npm says "Out of sync."'],
  ])("says in one sentence why an install failed: %j", (output, sentence) => {
    rmSync(join(folder, "node_modules/.package-lock.json"));
    fakeNpm(`printf '%s' '${output}' >&2; exit 1`);
    const { code, said } = prepare();
    expect(code).toBe(1);
    expect(said).toContain(sentence);
    expect(said.trimEnd().split("\n")).toHaveLength(2);
  });

  it("says which install script did not run", () => {
    rmSync(join(folder, "node_modules/.package-lock.json"));
    fakeNpm("exit 0");
    expect(prepare()).toMatchObject({
      code: 1,
      said: expect.stringContaining("install script of the package node"),
    });
  });

  it("refuses a lockfile that is not JSON", () => {
    write("package-lock.json", "<<<<<<< HEAD");
    expect(prepare()).toMatchObject({
      code: 1,
      said: expect.stringContaining("package-lock.json cannot be read"),
    });
  });

  it("takes over from a process that died while it prepared", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(join(folder, ".cache"));
    write(".cache/preparing", String(pid));
    expect(prepare()).toMatchObject({ code: 0, said: expect.stringContaining("built") });
    expect(readdirSync(join(folder, ".cache"))).toEqual(["built"]);
  });

  it("builds once when two start at the same time", async () => {
    const both = await Promise.all([started(), started()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ said }) => said.includes("building dist"))).toHaveLength(1);
    expect(readdirSync(join(folder, ".cache"))).toEqual(["built"]);
  });
});

function started(): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(folder, "scripts/prepare.mjs")], {
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((done) => child.on("close", (code) => done({ code, said })));
}
