import { createHash } from "node:crypto";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";
import { licences, packagesIn, tellUnlessKnown } from "./licences.ts";

// The page of a run in one file: scripts and styles in it, allowed by their hashes alone. scripts/prepare.mjs builds it into the package,
// where src/report/html.ts puts a run in.

const root = import.meta.dirname;

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Puts the licences in, and a policy that allows this script and this style and nothing else. It comes after they were put in. */
function closed(): Plugin {
  const modules = new Set<string>();
  return {
    name: "quorate:closed",
    enforce: "post",
    renderChunk(_code, { moduleIds }) {
      for (const id of moduleIds) modules.add(id);
      return null;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== "asset" || !file.fileName.endsWith(".html")) continue;
          file.source = withPolicy(String(file.source), inElement(licences(packagesIn(modules))));
        }
      },
    },
  };
}

/** As it can stand in an element of a page. */
function inElement(text: string): string {
  return text.replaceAll("<", "(").replaceAll(">", ")");
}

function withPolicy(html: string, texts: string): string {
  const inside = (tag: string): readonly string[] =>
    [...html.matchAll(new RegExp(`<${tag}(?![^>]*json)[^>]*>([^]*?)</${tag}>`, "g"))].map(
      ([, text = ""]) => text,
    );
  const policy = [
    "default-src 'none'",
    `script-src ${inside("script").map(hashOf).join(" ")}`,
    `style-src ${inside("style").map(hashOf).join(" ")}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
  const kept = `<script type="text/plain" id="licences">\n${texts}\n</script>`;
  return html
    .replace(/(<meta charset="utf-8" \/>)/, () => `<meta charset="utf-8" />\n    ${meta}`)
    .replace("</body>", () => `${kept}\n  </body>`);
}

export default defineConfig({
  root,
  logLevel: "warn",
  build: {
    target: "es2023",
    outDir: join(root, "..", "dist", "dashboard"),
    emptyOutDir: true,
    reportCompressedSize: false,
    modulePreload: false,
    rolldownOptions: {
      input: join(root, "run.html"),
      onLog: tellUnlessKnown,
    },
  },
  plugins: [viteSingleFile(), closed()],
});
