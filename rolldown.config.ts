import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "rolldown";

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

export default defineConfig({
  cwd: root,
  input: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  platform: "node",
  external: [/^node:/, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })],
  tsconfig: false,
  transform: { target: "node22" },
  output: {
    dir: "dist",
    // Files that say where they are reckon with one folder between them and the package's: as in src, so in dist.
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    keepNames: true,
    minifyInternalExports: false,
  },
});
