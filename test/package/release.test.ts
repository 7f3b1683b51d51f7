import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { faultsIn } from "../action/github-lint.ts";

const root = resolve(import.meta.dirname, "../..");
const text = (file: string): string => readFileSync(join(root, file), "utf8");

interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly env?: object }[];
}

describe("the workflow of releases", () => {
  const path = ".github/workflows/release.yml";
  const source = text(path);
  const { permissions, jobs } = parse(source) as {
    readonly permissions: object;
    readonly jobs: Readonly<Record<string, Job>>;
  };

  it("is one that GitHub's own language service has nothing against", async () => {
    expect(await faultsIn(path, source)).toEqual([]);
    expect(await faultsIn(path, source.replace("runs-on:", "run-on:"))).not.toEqual([]);
  });

  it("pins every action by the hash of a commit, and has the fewest rights: only what publishes has an identity", () => {
    const used = source.split("\n").filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(used.length).toBeGreaterThan(3);
    for (const line of used) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(permissions).toEqual({});
    expect(Object.entries(jobs).map(([name, job]) => [name, job.permissions])).toEqual([
      ["check", { contents: "read" }],
      ["publish", { contents: "read", "id-token": "write" }],
    ]);
  });

  it("checks before it publishes, with provenance and no token of npm's, and pastes nothing into a script", () => {
    const scripts = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ""));
    for (const script of scripts) expect(script).not.toContain("${{");
    expect(scripts).toContain("npm run release:dry -- --strict");
    const publishing = scripts.filter((script) => script.includes("npm publish"));
    expect(publishing).toHaveLength(1);
    for (const line of publishing.join("\n").split("\n")) {
      if (line.includes("npm publish")) expect(line).toContain("--provenance");
    }
    expect(source).not.toMatch(/NODE_AUTH_TOKEN|NPM_TOKEN|secrets\./);
  });
});

describe("the notices of third parties", () => {
  it("name every package of which the pages have parts, with its licence", () => {
    const bundled = new Map(
      text("dist/dashboard/app/assets/licences.txt")
        .split("\n")
        .filter((line) => /^[@a-z]\S* [\d.]+ \(/.test(line))
        .flatMap((line) => line.split(", "))
        .map((one) => {
          const [, name = "", licence = ""] = /^(\S+) [\d.]+ \((.*)\)$/.exec(one) ?? [];
          return [name, licence] as const;
        }),
    );
    expect(bundled.size).toBeGreaterThan(10);
    const rows = [...text("THIRD-PARTY-NOTICES.md").matchAll(/^\| `(.+)` \| (.+) \|$/gm)];
    expect(new Map(rows.map(([, name = "", licence = ""]) => [name, licence]))).toEqual(bundled);
  });
});

describe("npm run release:dry", () => {
  it("refuses a runtime that it does not know, before it packs anything", () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "scripts/release-dry.ts"), "node-12"],
      { encoding: "utf8" },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "There is no runtime called node-12; there are node-22, node-24, node-26, bun, deno.\n",
    });
  });
});
