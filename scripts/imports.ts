import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

/** What a built module loads when it is imported. */
export interface Loaded {
  /** Absolute paths, the entry first. */
  readonly files: readonly string[];
  /** The files of `src` that are in them, as `engine/call.ts`. */
  readonly sources: readonly string[];
  /** Everything else: `node:` modules and packages, as they are written. */
  readonly packages: readonly string[];
}

const root = resolve(import.meta.dirname, "..");

// Fits what rolldown writes: imports start a line, and re-exports are imports. `import("…")` is lazy and does not count.
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
  const sources = [...files].flatMap(sourcesOf).toSorted();
  return { files: [...files], sources, packages: [...packages].toSorted() };
}

/** The sources of a built file, by its source map; a file with only helpers has none. */
export function sourcesOf(file: string): readonly string[] {
  if (!existsSync(`${file}.map`)) return [];
  const map: { readonly sources: readonly string[] } = JSON.parse(
    readFileSync(`${file}.map`, "utf8"),
  );
  return map.sources.map((source) =>
    relative(resolve(root, "src"), resolve(dirname(file), source)).replaceAll("\\", "/"),
  );
}
