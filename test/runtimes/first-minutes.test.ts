import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// What a reader of the README types in the first minutes, in an empty folder, on the oldest Node that the package is for, with what would be published.

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const node22 = join(import.meta.dirname, "node_modules/node-22/bin");

/** The commands of the README that begin like this, up to the end of their block. */
function commandsFrom(beginning: string): readonly string[] {
  const [, block = ""] = readme.split(`\n\`\`\`sh\n${beginning}`);
  return `${beginning}${block.split("\n```")[0] ?? ""}`.split("\n");
}

let place = "";
let tarballs: Readonly<Record<"quorate" | "create-quorate", string>>;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "quorate-first-"));
  const pack = (folder: string): string => {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", place];
    const { stdout } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
    const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
    return join(place, filename);
  };
  tarballs = { quorate: pack(root), "create-quorate": pack(join(root, "create-quorate")) };
}, 60_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Longer than npm takes, also on a slow machine: one that waits for its registry for ever is to fail here. */
const MOST_MS = 90_000;

/** Runs a line of a shell in a folder, with Node 22 first on the path. What npm needs to reach its registry stays. */
function shell(line: string, cwd: string) {
  const { PATH = "", ...others } = process.env;
  // Under another Node npm looks elsewhere for its settings: where this one has them is said.
  const ours =
    /^(npm_(?!config_(?:globalconfig|userconfig|cafile|registry)$)|QUORATE_|GITHUB_|FORCE_COLOR)/;
  const kept = Object.entries(others).filter(([name]) => !ours.test(name));
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
    cwd,
    encoding: "utf8",
    timeout: MOST_MS,
    env: {
      ...Object.fromEntries(kept),
      PATH: `${node22}${delimiter}${PATH}`,
      NO_COLOR: "1",
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    },
  });
  return { status, stdout, stderr };
}

const emptyFolder = (): string => mkdtempSync(join(place, "folder-"));
const packed = (line: string): string =>
  line.replace("npm install quorate", `npm install ${tarballs.quorate}`);

describe("the first minutes on Node 22.18", () => {
  it("go by the five commands of the README from npm init -y to a verdict, four reports and a gate that fails", () => {
    const commands = commandsFrom("npm init -y\n");
    expect(commands).toHaveLength(5);
    const cwd = emptyFolder();
    const ended = commands.map((line) => shell(packed(line), cwd));
    expect(ended.map(({ status }) => status)).toEqual([0, 0, 0, 4, 0]);
    const [, , init, run, explain] = ended;
    expect(init?.stdout).toContain("wrote  gate.mts\n");
    expect(run?.stdout).toContain("gate  complete; it does not pass");
    expect(run?.stderr).toBe("");
    expect(explain?.stdout).toContain("hold: decided by prefer");
    const text = (file: string): string => readFileSync(join(cwd, file), "utf8");
    expect(text("report.md")).toContain("Does not pass");
    expect(JSON.parse(text("report.json"))).toMatchObject({ passed: false });
    expect(text("report.xml")).toContain("<failure");
    expect(JSON.parse(text("report.sarif"))).toMatchObject({ version: "2.1.0" });
    expect(shell("node --test gate.test.mts", cwd).status).toBe(0);
  });

  it("begin with the first program as it stands there", () => {
    const cwd = emptyFolder();
    const [install = ""] = commandsFrom("npm init -y && npm install quorate");
    expect(shell(packed(install), cwd).status).toBe(0);
    const [, program = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    writeFileSync(join(cwd, "first.mts"), program);
    expect(shell("node first.mts", cwd)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('"hold" is held by performance, security (2 of 3)') as string,
    });
  });

  it("begin with npm create quorate, too", () => {
    const cwd = emptyFolder();
    shell("npm init -y", cwd);
    // npm runs what is installed rather than asking a registry for it.
    shell(`npm install ${tarballs.quorate} ${tarballs["create-quorate"]}`, cwd);
    const made = shell("npm create quorate my-team -- --template review --yes", cwd);
    expect(made).toMatchObject({ status: 0 });
    expect(made.stdout).toContain("Next:\n  cd my-team\n");
    expect(existsSync(join(cwd, "my-team/review.ts"))).toBe(true);
  });
});
