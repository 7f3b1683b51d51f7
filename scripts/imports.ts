import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** What a built module loads when it is imported. */
export interface Loaded {
  /** Absolute paths, the entry first. */
  readonly files: readonly string[];
  /** Everything else: `node:` modules and packages, as they are written. */
  readonly packages: readonly string[];
}

// Made for what tsc writes: imports and re-exports start a line, and types are gone. `import("…")` is lazy and
// therefore not among what an import loads.
const STATIC_IMPORT = /^(?:import|export)\s*(?:[\w$*{][\w$*{},\s]*?\bfrom\s*)?["']([^"']+)["']/gm;

/** Follows the static imports of a file of dist. */
export function loadedBy(entry: string): Loaded {
  const files = new Set([resolve(entry)]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(STATIC_IMPORT)) {
      if (specifier.startsWith(".")) files.add(resolve(dirname(file), specifier));
      else packages.add(specifier);
    }
  }
  return { files: [...files], packages: [...packages].toSorted() };
}
