import { globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Application, type TypeDocOptions } from "typedoc";
import { root, stage } from "./places.ts";

/** Makes the pages of the library's reference, one for each entry. Throws if TypeDoc reports a fault. */
export async function stageApi(): Promise<number> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  const entries = Object.values(exports)
    .filter((file) => file.endsWith(".js"))
    .map((file) => join(root, file.replace("./dist/", "src/").replace(/\.js$/, ".ts")));
  const options: TypeDocOptions & Record<string, unknown> = {
    entryPoints: entries,
    entryPointStrategy: "resolve" as never,
    basePath: join(root, "src"),
    tsconfig: join(import.meta.dirname, "tsconfig.api.json"),
    plugin: ["typedoc-plugin-markdown"],
    readme: "none",
    name: "API",
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    skipErrorChecking: true,
    logLevel: "Error",
    router: "module",
    outputs: [{ name: "markdown", path: join(stage, "api") }],
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    indexFormat: "table",
    parametersFormat: "list",
    entryFileName: "index",
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the sources");
  await app.generateOutputs(project);
  for (const file of globSync("api/*.md", { cwd: stage })) {
    const path = join(stage, file);
    writeFileSync(path, withItsAnchors(readFileSync(path, "utf8"), dirname(path)));
  }
  if (app.logger.hasErrors()) throw new Error("TypeDoc found mistakes");
  return entries.length;
}

/** TypeDoc numbers some headings that occur only once; the page has no such anchor. */
function withItsAnchors(text: string, folder: string): string {
  return text.replaceAll(/\]\(([\w.-]*\.md)?#([\w-]+)-(\d+)\)/g, (whole, file, slug, number) => {
    const target = file === undefined ? text : readFileSync(join(folder, file), "utf8");
    const alike = [...target.matchAll(/^#+ (.*)$/gm)].filter(
      ([, heading = ""]) => heading.toLowerCase().replaceAll(/[^\w-]/g, "") === slug,
    );
    return alike.length > Number(number) ? whole : `](${file ?? ""}#${slug})`;
  });
}
