import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packedProject, type PackedProject } from "./packed-project.ts";

const root = resolve(import.meta.dirname, "../..");

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

let project: PackedProject;

// As npm create has it: both packages beside each other, installed from what would be published.
beforeAll(() => {
  project = packedProject();
  project.link(...Object.keys(manifestOf(root).dependencies));
  project.install("create-quorate");
});
afterAll(() => project.remove());

function create(cwd: string, ...args: readonly string[]) {
  mkdirSync(cwd, { recursive: true });
  const main = join(project.folder, "node_modules/create-quorate/index.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: "utf8",
    env: { PATH: "", HOME: cwd, npm_lifecycle_event: "npx" },
  });
  return { status, stdout, stderr };
}

describe("npm create quorate", () => {
  it("writes a team into a new folder that runs there, and says what to type", () => {
    const cwd = join(project.folder, "new");
    const made = create(cwd, "my-team", "--template", "review", "--yes");
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(made.stdout).toContain(
      "Next:\n  cd my-team\n  npx quorate run review.ts --set diff=@example.diff\n",
    );
    const team = join(cwd, "my-team");
    expect(manifestOf(team)).toMatchObject({
      type: "module",
      dependencies: { quorate: `^${manifestOf(root).version}` },
    });
    const main = join(project.folder, "node_modules/quorate/dist/cli/main.js");
    const run = ["run", "review.ts", "--set", "diff=@example.diff"];
    const { status, stdout } = spawnSync(process.execPath, [main, ...run], {
      cwd: team,
      encoding: "utf8",
    });
    expect(stdout).toContain("src/login.ts:10");
    expect(status).toBe(4);
    execFileSync(process.execPath, ["--test", "review.test.ts"], { cwd: team });
  });

  it("has npm install where quorate is not there yet", () => {
    const cwd = mkdtempSync(join(tmpdir(), "quorate-create-"));
    const made = create(cwd, "--yes");
    rmSync(cwd, { recursive: true });
    expect(made.stdout).toContain("Next:\n  npm install\n  npx quorate run gate.ts");
  });

  it("ends as quorate init does: 2 for what it does not know, or a folder that cannot be", () => {
    const cwd = join(project.folder, "wrong");
    expect(create(cwd, "--template", "gat")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Allowed choices are gate, review, council, panel"),
    });
    writeFileSync(join(cwd, "taken"), "");
    expect(create(cwd, "taken")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("cannot be made: EEXIST"),
    });
    expect(existsSync(join(cwd, "package.json"))).toBe(false);
  });

  it("is of the version, and for the Node, of the package that it is for", () => {
    const [own, theirs] = [manifestOf(join(root, "create-quorate")), manifestOf(root)];
    expect(own.version).toBe(theirs.version);
    expect(own.dependencies).toEqual({ quorate: `^${theirs.version}` });
    expect(own.engines).toEqual(theirs.engines);
  });
});
