import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// The page of a run in one file: scripts and styles in it, allowed by their hashes alone. scripts/prepare.mjs builds it into the package,
// where src/report/html.ts puts a run in.

const root = import.meta.dirname;

/** Which packages are in the bundle. */
function packagesIn(modules: Iterable<string>): readonly string[] {
  const packages = new Set<string>();
  for (const id of modules) {
    const [, inside] = id.replaceAll("\\", "/").split(/.*\/node_modules\//);
    const [scope = "", name = ""] = inside?.split("/") ?? [];
    if (inside !== undefined) packages.add(scope.startsWith("@") ? `${scope}/${name}` : scope);
  }
  return [...packages].toSorted();
}

function licenceOf(name: string): string {
  const folder = join(root, "..", "node_modules", ...name.split("/"));
  const { version, license }: { version: string; license: string } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}`;
}

/** One text of each licence, with the packages that it is of before it. */
function licences(packages: readonly string[]): string {
  const texts = Map.groupBy(packages.map(licenceOf), (whole) => whole.slice(whole.indexOf("\n\n")));
  return [...texts]
    .map(([text, heads]) => heads.map((head) => head.split("\n")[0]).join(", ") + text)
    .join(`\n\n${"-".repeat(40)}\n\n`)
    .replaceAll("<", "(")
    .replaceAll(">", ")");
}

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
          file.source = withPolicy(String(file.source), licences(packagesIn(modules)));
        }
      },
    },
  };
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
      // "use client", which says nothing where everything is the client's.
      onLog: (level, log, tell) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") tell(level, log);
      },
    },
  },
  plugins: [viteSingleFile(), closed()],
});
