import { readFileSync } from "node:fs";

interface OwnManifest {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

function ownManifest(): OwnManifest {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(manifest) as OwnManifest;
}

export function packageVersion(): string {
  return ownManifest().version;
}

/** The versions of an optional package that work, by what stands before what may change: `7`, `0.1`. */
export function neededLine(name: string): string {
  return lineOf(ownManifest().peerDependencies[name] ?? "");
}

/** Of a version or a range of them the first number, or of 0.1.7 the first two: those with which another version may work otherwise. */
export function lineOf(version: string): string {
  const [, major = "", minor = ""] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return major === "0" ? `0.${minor}` : major;
}
