import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { licences, packagesIn, tellUnlessKnown } from "./licences.ts";

// The pages that a server hands out: files with hashed names beside one HTML file that never changes its own. Nothing stands inline, so
// that a policy of 'self' alone is enough, and all addresses are relative, so that it can be mounted below any path.

const root = import.meta.dirname;

function namesLicences(): Plugin {
  const modules = new Set<string>();
  return {
    name: "quorate:licences",
    renderChunk(_code, { moduleIds }) {
      for (const id of moduleIds) modules.add(id);
      return null;
    },
    generateBundle() {
      const source = `${licences(packagesIn(modules))}\n`;
      this.emitFile({ type: "asset", fileName: "assets/licences.txt", source });
    },
  };
}

export default defineConfig({
  root,
  base: "./",
  logLevel: "warn",
  build: {
    target: "es2023",
    outDir: join(root, "..", "dist", "dashboard", "app"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: false,
    rolldownOptions: { input: join(root, "index.html"), onLog: tellUnlessKnown },
  },
  plugins: [namesLicences()],
});
