// Builds the site of the documentation into site/.built, without a network once its packages are installed:
//
//   npm run docs                  the site
//   npm run docs -- --serve       and shows it on this machine
//
// It ends with 1 if a page, a link or a code is missing.

import { globSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installFolder } from "../scripts/install-folder.ts";
import { built, stage } from "./places.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { serve: { type: "boolean" } } });
  if (!installFolder(import.meta.dirname, ["--ignore-scripts"])) return;
  rmSync(stage, { recursive: true, force: true });
  rmSync(built, { recursive: true, force: true });
  const step = async (name: string, work: () => number | Promise<number>): Promise<void> => {
    const from = performance.now();
    const many = await work();
    console.log(
      `${name.padEnd(14)} ${String(many).padStart(5)}  ${((performance.now() - from) / 1000).toFixed(1)} s`,
    );
  };
  const { stagePages } = await import("./stage.ts");
  const { stageCodes } = await import("./codes.ts");
  const { stageCommandLine } = await import("./command-line.ts");
  const { stageSchemas } = await import("./schemas.ts");
  const { stageApi } = await import("./api.ts");
  await step("pages", stagePages);
  await step("codes", stageCodes);
  await step("commands", stageCommandLine);
  await step("schemas", stageSchemas);
  const { refusedDocuments } = await import("./check-schemas.ts");
  const problems = await refusedDocuments();
  await step("API", stageApi);
  const { build, serve } = await import("vitepress");
  await step("built", async () => {
    await build(import.meta.dirname);
    return globSync("**/*.html", { cwd: built }).length;
  });
  const { brokenLinks } = await import("./check-links.ts");
  const broken = brokenLinks();
  console.log(broken.length === 0 ? "every link leads somewhere" : broken.join("\n"));
  console.log(problems.length === 0 ? "every document fits its schema" : problems.join("\n"));
  if (broken.length + problems.length > 0) process.exitCode = 1;
  console.log(`the site is in ${join("site", ".built")}`);
  if (values.serve === true) await serve({ root: import.meta.dirname });
}

await main();
