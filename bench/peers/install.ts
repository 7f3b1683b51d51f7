// Installs the packages of this folder's lockfile, when one is missing or of another version. Runs before
// `npm run bench:peers`, after scripts/prepare.mjs, on the project's own Node.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean }>
  >;
}

const folder = import.meta.dirname;
const flags = [
  "--prefer-offline",
  // None of the peers needs its install scripts to be measured.
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];

function packagesOf(path: string): Lock["packages"] | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as Lock).packages;
  } catch {
    return undefined;
  }
}

/** Whether npm's own record of what it installed, which it writes last, has every package of the lockfile. */
function isCurrent(): boolean {
  const have = packagesOf(join(folder, "node_modules/.package-lock.json"));
  const want = packagesOf(join(folder, "package-lock.json")) ?? {};
  return (
    have !== undefined &&
    Object.entries(want).every(
      ([path, { version, optional = false }]) =>
        path === "" || have[path]?.version === version || (optional && !(path in have)),
    )
  );
}

function say(line: string): void {
  process.stderr.write(`bench:peers: ${line}\n`);
}

if (!isCurrent()) {
  say("installing the packages of bench/peers/package-lock.json …");
  const npm = spawnSync("npm", ["ci", ...flags], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (npm.status === 0) {
    say("installed.");
  } else {
    const why = npm.error?.message ?? npm.stderr.trim().split("\n").join(" ");
    say(`npm ci in bench/peers failed (${why}); correct that and run this again.`);
    process.exitCode = 1;
  }
}
