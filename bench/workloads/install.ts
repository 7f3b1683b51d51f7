import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { read, type Workload } from "../workload.ts";

const root = resolve(import.meta.dirname, "../..");
const MIB = 1_048_576;

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/**
 * The packages that `npm install quorate` brings besides it, as folders under node_modules. One that lies here
 * several times in the same version, because packages for development stand in its way, counts once.
 */
function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const distinct = new Map<string, string>();
  for (const [path, { version, dev, optional, devOptional }] of Object.entries(lock.packages)) {
    if (path === "" || dev || optional || devOptional) continue;
    distinct.set(`${path.replace(/^.*node_modules\//, "")}@${version}`, path);
  }
  return [...distinct.values()];
}

/** The bytes of all files in a folder, without those in folders of these names. */
export function bytesIn(folder: string, skip: readonly string[]): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return sum + statSync(path).size;
    return skip.includes(entry.name) ? sum : sum + bytesIn(path, skip);
  }, 0);
}

/** What this package unpacks to, by npm's own account. */
function ownBytes(): number {
  const packed = spawnSync("npm", ["pack", "--dry-run", "--json"], { cwd: root, encoding: "utf8" });
  const [first] = JSON.parse(packed.stdout) as readonly { readonly unpackedSize: number }[];
  if (first === undefined) throw new Error("npm pack said nothing about the package.");
  return first.unpackedSize;
}

export const install: Workload = {
  id: "W7i",
  title: "what a production install brings",
  systems: ["quorate"],
  shown: [
    { metric: "mib", unit: "MiB" },
    { metric: "packages", unit: "packages" },
  ],
  rounds: { full: 1, quick: 1 },
  size: { full: 1, quick: 1 },
  fresh: false,
  async measure() {
    const packages = productionPackages();
    const others = packages.map((path) => bytesIn(join(root, path), ["node_modules"]));
    return {
      mib: others.reduce((sum, bytes) => sum + bytes, ownBytes()) / MIB,
      packages: packages.length + 1,
    };
  },
  goals: [
    { text: "MiB installed", value: (round) => read(round, "quorate", "mib"), atMost: 10 },
    {
      text: "packages installed",
      value: (round) => read(round, "quorate", "packages"),
      atMost: 25,
    },
  ],
};
