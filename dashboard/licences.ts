import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Rollup } from "vite";

// What is bundled is named with its licences, in each of the builds.

const root = import.meta.dirname;

/** Which packages are in the bundle. */
export function packagesIn(modules: Iterable<string>): readonly string[] {
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
export function licences(packages: readonly string[]): string {
  const texts = Map.groupBy(packages.map(licenceOf), (whole) => whole.slice(whole.indexOf("\n\n")));
  return [...texts]
    .map(([text, heads]) => heads.map((head) => head.split("\n")[0]).join(", ") + text)
    .join(`\n\n${"-".repeat(40)}\n\n`);
}

/** "use client" says nothing where everything is the client's. */
export const tellUnlessKnown: NonNullable<Rollup.RollupOptions["onLog"]> = (level, log, tell) => {
  if (log.code !== "MODULE_LEVEL_DIRECTIVE") tell(level, log);
};
