// Every check of the project except its tests: one line per check, and all of them even if one fails.
//
//   npm run check                       everything
//   npm run check -- lint types         only these
//   npm run check -- --report FILE      also writes { passed, failed } to FILE, as JSON

import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";

interface Step {
  readonly name: string;
  /** A command with its arguments, or a function that returns the faults; empty if there are none. */
  readonly run: readonly [string, ...string[]] | (() => string);
}

const root = resolve(import.meta.dirname, "..");

// The build comes first, since most others need its result: examples import the package by its name.
const steps: readonly Step[] = [
  { name: "build", run: ["node", "scripts/prepare.mjs", "--rebuild"] },
  { name: "format", run: ["oxfmt", "--check", "."] },
  { name: "lint", run: ["oxlint"] },
  { name: "types", run: ["tsc", "-p", "tsconfig.json"] },
  { name: "page", run: ["tsc", "-p", "dashboard/tsconfig.json"] },
  { name: "publint", run: ["publint", "--strict"] },
  { name: "create", run: ["publint", "--strict", "create-quorate"] },
  { name: "attw", run: ["attw", "--pack", ".", "--profile", "esm-only"] },
  { name: "knip", run: ["knip", "--no-progress"] },
  { name: "size", run: ["size-limit"] },
  { name: "lockfile", run: lockfiles },
  { name: "site", run: ["node", "site/build.ts"] },
];

/** A lockfile that names a registry's addresses would tie everybody to that registry. */
function lockfiles(): string {
  const others = globSync(
    "{bench/peers,bench/scale,site,test/runtimes,test/browser,test/peers/*}/package-lock.json",
    {
      cwd: root,
    },
  );
  return ["package-lock.json", ...others].flatMap(addressesIn).join("\n");
}

function addressesIn(lockfile: string): readonly string[] {
  const lock: { packages: Record<string, { resolved?: string; link?: boolean }> } = JSON.parse(
    readFileSync(join(root, lockfile), "utf8"),
  );
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(
      ([path]) =>
        `${lockfile}: ${path} has a "resolved" address; npm leaves it out under the settings of .npmrc.`,
    );
}

function outputOf({ run }: Step): { readonly ok: boolean; readonly output: string } {
  if (typeof run === "function") {
    const output = run();
    return { ok: output === "", output };
  }
  const [command, ...args] = run;
  const bin = join(root, "node_modules", ".bin");
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const trouble =
    result.error === undefined ? "" : `${command} could not run: ${result.error.message}`;
  return {
    ok: result.status === 0,
    output: `${result.stdout ?? ""}${result.stderr ?? ""}${trouble}`,
  };
}

function check(step: Step): boolean {
  const startedMs = performance.now();
  const { ok, output } = outputOf(step);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${ok ? "ok    " : "FAILED"}  ${step.name.padEnd(9)} ${seconds.padStart(5)} s`);
  if (!ok) console.log(stripVTControlCharacters(output).trimEnd().replace(/^/gm, "    "));
  return ok;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { report: { type: "string" } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no check called ${unknown.join(", ")}; there are ${steps.map(({ name }) => name).join(", ")}.`,
    );
    process.exitCode = 2;
    return;
  }
  const chosen = steps.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const passed = chosen.filter(check).length;
  const failed = chosen.length - passed;
  console.log(`checks: ${passed} passed, ${failed} failed`);
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ passed, failed }));
  if (failed > 0) process.exitCode = 1;
}

main();
