import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean }>
  >;
}

const root = resolve(import.meta.dirname, "..");

const FLAGS = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];

function packagesOf(path: string): Lock["packages"] | undefined {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as Lock).packages;
  } catch {
    return undefined;
  }
}

/** Whether npm's own record of what it installed, which it writes last, has every package of the lockfile. */
function isCurrent(folder: string): boolean {
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

/**
 * Installs the packages of a folder that has its own lockfile, if one is missing or has another version. Says so on stderr. If it fails, it
 * returns false and sets the exit code of the process to 1. Run it after scripts/prepare.mjs, on the project's own Node.
 */
export function installFolder(folder: string, flags: readonly string[] = []): boolean {
  if (isCurrent(folder)) return true;
  const where = relative(root, folder);
  const say = (line: string): boolean => process.stderr.write(`${where}: ${line}\n`);
  say("installing the packages of its lockfile …");
  const npm = spawnSync("npm", ["ci", ...FLAGS, ...flags], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (npm.status === 0) {
    say("installed.");
  } else {
    const why = npm.error?.message ?? npm.stderr.trim().split("\n").join(" ");
    say(`npm ci in ${where} failed (${why}); correct that and run this again.`);
    process.exitCode = 1;
  }
  return npm.status === 0;
}
