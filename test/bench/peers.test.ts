import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { peers } from "../../bench/peers/peer.ts";

const source = resolve(import.meta.dirname, "../../bench/peers");
const LOCK = JSON.stringify({ packages: { "": {}, "node_modules/one": { version: "1.0.0" } } });

describe("the peers that are measured beside Quorate", () => {
  it("are the files of bench/peers/systems, and their packages stand in its package.json in one exact version", () => {
    const { dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect([...peers.keys()]).toEqual(expect.arrayContaining(["quorate", "raw-timer"]));
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const installed = [...peers.values()].flatMap(({ imports = "", packages }) =>
      packages === undefined ? [imports] : packages,
    );
    expect(Object.keys(dependencies)).toEqual(
      expect.arrayContaining(installed.filter((name) => name !== "" && !name.startsWith("file:"))),
    );
  });
});

describe("the installation of the peers", () => {
  let checkout = "";
  let folder = "";

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "quorate-peers-"));
    folder = join(checkout, "bench/peers");
    mkdirSync(join(folder, "bin"), { recursive: true });
    const shared = "scripts/install-folder.ts";
    cpSync(join(source, "../..", shared), join(checkout, shared));
    cpSync(join(source, "install.ts"), join(folder, "install.ts"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "package-lock.json"), LOCK);
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  /** Runs it where `npm` is this script. */
  function install(npm: string): { readonly code: number | null; readonly said: string } {
    writeFileSync(join(folder, "bin/npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const { status, stderr } = spawnSync(process.execPath, [join(folder, "install.ts")], {
      env: { ...process.env, PATH: `${join(folder, "bin")}:/usr/bin:/bin` },
      encoding: "utf8",
    });
    return { code: status, said: stderr };
  }

  it("installs what the lockfile names, once", () => {
    const npm = "mkdir -p node_modules; cp package-lock.json node_modules/.package-lock.json";
    expect(install(npm)).toMatchObject({ code: 0, said: expect.stringContaining("installing") });
    expect(install("exit 1")).toEqual({ code: 0, said: "" });
  });

  it("installs again when the lockfile names another version", () => {
    mkdirSync(join(folder, "node_modules"));
    writeFileSync(join(folder, "node_modules/.package-lock.json"), LOCK.replace("1.0.0", "0.9.0"));
    expect(install("exit 0").said).toContain("installing");
  });

  it("ends with what npm said when npm fails", () => {
    const { code, said } = install("echo 'no such package' >&2; exit 1");
    expect(code).toBe(1);
    expect(said).toContain("npm ci in bench/peers failed (no such package)");
  });
});
