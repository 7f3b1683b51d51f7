import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Sample } from "../workload.ts";
import { bytesIn, install } from "../workloads/install.ts";
import { peers } from "./peer.ts";
import type { Comparison } from "./workloads.ts";

const MIB = 1_048_576;
const here = import.meta.dirname;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Where Node finds a package from a folder, nowhere above this one. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; at.startsWith(here); at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  return undefined;
}

/** The folders of packages and of all their dependencies. Optional ones count if npm installs them on this machine. */
function closure(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const folder = folderOf(name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    const needed = Object.keys(peerDependencies).filter(
      (peer) => peerDependenciesMeta[peer]?.optional !== true,
    );
    const all = { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const other of [...Object.keys(all), ...needed]) add(other, folder);
  };
  for (const name of names) add(name, here);
  return found;
}

function sizeOf(packages: readonly string[]): Sample {
  const folders = [...closure(packages)];
  const bytes = folders.reduce((sum, folder) => sum + bytesIn(folder, ["node_modules"]), 0);
  return { mib: bytes / MIB, packages: folders.length };
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  dbos: ["@dbos-inc/dbos-sdk"],
  "mastra-libsql": ["@mastra/core", "@mastra/libsql"],
};

function packagesOf(system: string): readonly string[] {
  const { imports = "", packages = [imports] } = peers.get(system) ?? {};
  return OTHERS[system] ?? packages;
}

const systems = [...peers].flatMap(([name, { imports }]) => (imports === undefined ? [] : [name]));

/** What installing each system adds. */
export const installed: Comparison = {
  ...install,
  systems: [...systems, ...Object.keys(OTHERS)],
  measure: async (system, size) =>
    system === "quorate" ? install.measure(system, size) : sizeOf(packagesOf(system)),
};
