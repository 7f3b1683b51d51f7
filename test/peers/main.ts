// Tries Quorate with the real thing on the other side: coding agents, HTTP clients, models on this machine. Each is a folder here with
// packages of its own, which are installed on first use, and is tried by itself: what is wrong with one says nothing of the others.
//
//   npm run test:peers                       all of them
//   npm run test:peers -- claude codex       only these
//   npm run test:peers -- --report FILE      also writes { passed, failed, failures } to FILE, as JSON

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { countTests, settled } from "../../scripts/count-tests.mjs";
import { installFolder } from "../../scripts/install-folder.ts";

const root = resolve(import.meta.dirname, "../..");

interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Tries one peer, and counts the tests that passed and that failed; what could not be tried has failed. */
function tryPeer(name: string, scratch: string): Counted {
  if (!isInstalled(join(import.meta.dirname, name))) {
    const failure = `${name} was not tried, since its packages are not installed`;
    return { passed: 0, failed: 1, failures: [failure] };
  }
  const report = join(scratch, `${name}.json`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(import.meta.dirname, "vitest.config.ts");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = [vitest, "run", "--config", config, ...reporters, `test/peers/${name}/`];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  return settled(name, countTests(report), status);
}

/** Installs packages without their scripts; those that one needs are the "setup" of its folder. */
function isInstalled(folder: string): boolean {
  if (!installFolder(folder, ["--ignore-scripts"])) return false;
  const setup = ["run", "setup", "--if-present", "--silent"];
  return spawnSync("npm", setup, { cwd: folder, stdio: "inherit" }).status === 0;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { report: { type: "string" } },
    allowPositionals: true,
  });
  const peers = readdirSync(import.meta.dirname)
    .filter((name) => existsSync(join(import.meta.dirname, name, "package-lock.json")))
    .toSorted();
  const unknown = positionals.filter((name) => !peers.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no peer called ${unknown.join(", ")}; there are ${peers.join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  const chosen = peers.filter((name) => positionals.length === 0 || positionals.includes(name));
  const scratch = mkdtempSync(join(tmpdir(), "quorate-peers-"));
  const counts = chosen.map((name) => ({ name, ...tryPeer(name, scratch) }));
  rmSync(scratch, { recursive: true, force: true });
  for (const { name, passed, failed } of counts) {
    console.log(`${name.padEnd(9)} ${passed} passed, ${failed} failed`);
  }
  const passed = counts.reduce((sum, one) => sum + one.passed, 0);
  const failed = counts.reduce((sum, one) => sum + one.failed, 0);
  const failures = counts.flatMap((one) => one.failures);
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  console.log(`peers: ${passed} passed, ${failed} failed`);
  if (values.report !== undefined) {
    writeFileSync(values.report, JSON.stringify({ passed, failed, failures }));
  }
  if (failed > 0) process.exitCode = 1;
}

main();
