// Makes a checkout ready to use: installs the packages of package-lock.json and builds dist, each only when it
// is out of date. Runs before every npm script, also on a machine whose Node is older than the one the project
// installs for itself: nothing here may need more than Node 20.19 and its own modules.
//
//   node scripts/prepare.mjs             installs and builds what is out of date
//   node scripts/prepare.mjs --rebuild   builds in any case
//   node scripts/prepare.mjs --no-build  installs only

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockfile = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json");
const ownNode = join(root, "node_modules", "node", "bin", "node");
const commands = join(root, "node_modules", ".bin");
const cache = join(root, ".cache");
const stamp = join(cache, "built");
const busy = join(cache, "preparing");
const dist = join(root, "dist");

/** How often a second run checks whether the first one is done, in ms. */
const POLL_MS = 100;

/** The oldest Node that can install and build; everything after that runs on the project's own. */
const OLDEST_NODE = { major: 20, minor: 19 };

// Packages in npm's cache are not fetched again, a production environment still gets the tools, and without a network
// the install fails after 20 seconds instead of npm's 70.
const INSTALL_FLAGS = [
  "--prefer-offline",
  "--include=dev",
  "--fetch-retries=3",
  "--fetch-retry-mintimeout=2000",
  "--fetch-retry-maxtimeout=8000",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} Lock */

class Refusal extends Error {}

/** @param {string} line */
function say(line) {
  process.stderr.write(`prepare: ${line}\n`);
}

/**
 * The packages of a lockfile, by their path; undefined when it is missing or not JSON.
 *
 * @param {string} path
 * @returns {Lock["packages"]}
 */
function packagesOf(path) {
  try {
    /** @type {Lock} */
    const lock = JSON.parse(readFileSync(path, "utf8"));
    return lock.packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether npm's own record of what it installed has every package of the lockfile. npm writes that record last,
 * and a new install starts by removing it, so an interrupted install never counts as finished.
 */
function installIsCurrent() {
  const want = packagesOf(lockfile);
  if (want === undefined) {
    throw new Refusal(
      "package-lock.json cannot be read; restore it from the repository and run this again.",
    );
  }
  const have = packagesOf(installed);
  if (have === undefined) return false;
  return Object.entries(want).every(
    ([path, { version, optional, devOptional }]) =>
      path === "" ||
      have[path]?.version === version ||
      (!(path in have) && (optional || devOptional)),
  );
}

/** What the build depends on, as one hash: file names and contents. */
function buildInputs() {
  const hash = createHash("sha256");
  const sources = ["src", "dashboard"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const settings = [
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "rolldown.config.ts",
    "scripts/prepare.mjs",
  ];
  for (const path of [...settings.map((name) => join(root, name)), ...sources]) {
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex");
}

/** @param {string} inputs */
function buildIsCurrent(inputs) {
  return existsSync(dist) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs;
}

/**
 * The environment for npm. The project's own Node is removed from the path: npm is about to replace it, and its install
 * script must run under the machine's Node.
 */
function machineEnvironment() {
  const own = join(root, "node_modules");
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((entry) => !entry.startsWith(own));
  return { ...process.env, PATH: path.join(delimiter) };
}

function install() {
  const started = Date.now();
  const why = existsSync(installed) ? "package-lock.json changed" : "first use";
  say(`installing packages (${why}; this can take a minute) …`);
  const npm = spawnSync("npm", ["ci", ...INSTALL_FLAGS], {
    cwd: root,
    env: machineEnvironment(),
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (npm.error) throw new Refusal(`npm could not be started (${npm.error.message}).`);
  if (npm.status !== 0) throw new Refusal(whyInstallFailed(`${npm.stderr}\n${npm.stdout}`));
  if (!existsSync(ownNode) && process.platform !== "win32") {
    throw new Refusal(
      "npm did not run the install script of the package node, which brings the Node that this project runs on; " +
        "allow install scripts (npm config ignore-scripts) and run this again.",
    );
  }
  say(`installed in ${seconds(started)}.`);
}

/** @param {string} output */
function whyInstallFailed(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(output)) {
    return "the packages could not be installed because the package registry cannot be reached; connect and run this again.";
  }
  const reason = output
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
    .find((line) => line !== "" && !/^(code|errno|syscall) /.test(line));
  return `the packages could not be installed: npm says "${reason ?? "nothing"}"; run npm ci to see all of it.`;
}

/**
 * Builds into a separate folder that then replaces dist, so that no half build is ever visible and nothing remains of
 * deleted sources. Type errors refuse the build.
 *
 * @param {string} inputs
 */
function build(inputs) {
  const started = Date.now();
  say("building dist …");
  // As deep as dist: source maps name the sources from where they are.
  const fresh = join(root, "dist.new");
  const old = join(cache, "dist-old");
  rmSync(fresh, { recursive: true, force: true });
  runTool("typescript/bin/tsc", ["-p", "tsconfig.build.json", "--outDir", fresh]);
  runTool("rolldown/bin/cli.mjs", ["-c", "rolldown.config.ts", "--dir", fresh]);
  // The page of a run in one file, and beside it the pages that a server hands out; the first empties the folder.
  const pages = [
    { config: join("dashboard", "vite.config.ts"), folder: "dashboard" },
    { config: join("dashboard", "vite.app.config.ts"), folder: join("dashboard", "app") },
  ];
  for (const { config, folder } of pages) {
    if (!existsSync(join(root, config))) continue;
    const outDir = join(fresh, folder);
    // The first time this process is of the machine's own Node, which may be older than what the pages are built with.
    runTool("vite/bin/vite.js", ["build", "--config", config, "--outDir", outDir], ownNode);
  }
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  writeFileSync(stamp, inputs);
  say(`built in ${seconds(started)}.`);
}

/**
 * Runs one of the installed packages; its output is shown if it fails.
 *
 * @param {string} script
 * @param {string[]} args
 * @param {string} [node]
 */
function runTool(script, args, node = process.execPath) {
  const tool = spawnSync(node, [join(root, "node_modules", script), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (tool.status === 0) return;
  process.stderr.write(`${tool.stdout}${tool.stderr}`);
  throw new Refusal("the sources do not compile; correct what is shown above and run this again.");
}

/**
 * The package's own commands that are built, and the links through which `npx` finds them here.
 *
 * @returns {{ file: string, link: string }[]}
 */
function builtCommands() {
  if (process.platform === "win32") return [];
  /** @type {{ bin?: Record<string, string> }} */
  const { bin = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(bin)
    .map(([name, path]) => ({ file: join(root, path), link: join(commands, name) }))
    .filter(({ file }) => existsSync(file));
}

function linkCommands() {
  for (const { file, link } of builtCommands()) {
    chmodSync(file, 0o755);
    mkdirSync(commands, { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(commands, file), link);
  }
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}

/**
 * Runs `work` while no other process prepares this checkout. The lock is a file with the owner's process id,
 * linked into place whole; one whose owner is gone is taken over.
 *
 * @param {() => void} work
 */
function alone(work) {
  mkdirSync(cache, { recursive: true });
  const mine = `${busy}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    let told = false;
    while (!tryLink(mine)) {
      const owner = lockOwner();
      if (owner !== undefined && !isAlive(owner)) {
        takeAway(owner, mine);
        continue;
      }
      if (!told && owner !== undefined) say(`waiting for another prepare (process ${owner}) …`);
      told = told || owner !== undefined;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    }
    try {
      work();
    } finally {
      rmSync(busy, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** @param {string} mine */
function tryLink(mine) {
  try {
    linkSync(mine, busy);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds the lock; undefined if it has been released. */
function lockOwner() {
  try {
    return Number(readFileSync(busy, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of a process that is gone. It is moved aside first and looked at again: another waiter may
 * have replaced it in between, and that one is put back.
 *
 * @param {number} owner
 * @param {string} mine
 */
function takeAway(owner, mine) {
  const aside = `${mine}.stale`;
  try {
    renameSync(busy, aside);
    if (Number(readFileSync(aside, "utf8")) !== owner) linkSync(aside, busy);
    unlinkSync(aside);
  } catch (error) {
    if (codeOf(error) !== "ENOENT" && codeOf(error) !== "EEXIST") throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function prepare() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const oldest = OLDEST_NODE;
  if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
    throw new Refusal(
      `this needs Node ${oldest.major}.${oldest.minor} or newer, and this is ${process.version}.`,
    );
  }
  const rebuild = process.argv.includes("--rebuild");
  const noBuild = process.argv.includes("--no-build");
  const isLinked = () => builtCommands().every(({ link }) => existsSync(link));
  const isBuilt = () => noBuild || (buildIsCurrent(buildInputs()) && isLinked());
  if (!rebuild && installIsCurrent() && isBuilt()) return;
  alone(() => {
    if (!installIsCurrent()) install();
    if (noBuild) return;
    const inputs = buildInputs();
    if (rebuild || !buildIsCurrent(inputs)) build(inputs);
    linkCommands();
  });
}

try {
  prepare();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}
