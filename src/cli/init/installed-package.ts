import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The version of a package as a program in `folder` would find it; `undefined` where it would not. */
export function installedVersion(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = join(at, "node_modules", name, "package.json");
    if (existsSync(manifest)) return manifestOf(manifest)?.["version"] as string | undefined;
    if (dirname(at) === at) return undefined;
  }
}

/** What a package.json says; `undefined` where it cannot be read as an object. */
export function manifestOf(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof manifest === "object" && manifest !== null && !Array.isArray(manifest)
      ? (manifest as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
