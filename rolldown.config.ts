import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type ChunkingContext } from "rolldown";

// What the package publishes: one readable file per entry of package.json, and chunks for what entries share, so that a class is the
// same one whichever entry it comes from. The types are tsc's.

const root = import.meta.dirname;

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const entries = [...Object.values(manifest.exports), ...Object.values(manifest.bin)]
  .filter((file) => file.endsWith(".js"))
  .map((file) => file.replace(/^(\.\/)?dist\//, "").replace(/\.js$/, ""));

const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/** A package itself, or something below it. */
function isOf(name: string, id: string): boolean {
  return id === name || id.startsWith(`${name}/`);
}

const known = new Map<string, ReadonlySet<string>>();

/** The modules that an entry of ours loads when it is imported, itself among them. */
function reachedBy(entry: string, context: ChunkingContext): ReadonlySet<string> {
  const before = known.get(entry);
  if (before !== undefined) return before;
  const reached = new Set([join(root, entry)]);
  for (const id of reached) {
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
  }
  known.set(entry, reached);
  return reached;
}

/**
 * What the core loads is one chunk, so that importing it reads few files; but for what the command line's help and parts need of it. The
 * rest goes by who shares it.
 */
function chunkOf(id: string, context: ChunkingContext): string | null {
  if (!reachedBy("src/index.ts", context).has(id)) return null;
  const small = ["src/cli/program.ts", "src/cli/index.ts"];
  return small.some((entry) => reachedBy(entry, context).has(id)) ? "base" : "core";
}

export default defineConfig({
  cwd: root,
  input: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  platform: "node",
  external: (id) => id.startsWith("node:") || packages.some((name) => isOf(name, id)),
  tsconfig: false,
  transform: { target: "node22" },
  output: {
    dir: "dist",
    // Files that say where they are reckon with one folder between them and the package's: as in src, so in dist.
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    // Docstrings stand in the types and in the source maps; here Node would read them at every start.
    comments: { legal: true, annotation: true, jsdoc: false },
    keepNames: true,
    minifyInternalExports: false,
    codeSplitting: { groups: [{ name: chunkOf, debugName: "the core" }] },
  },
});
