// The quality of decisions, on real data with known truths.
//
//   npm run bench:decisions                               all sections, some minutes
//   npm run bench:decisions -- --data DIR --data DIR2     these folders instead of the usual one
//   npm run bench:decisions -- --fit DIR                  learns on DIR what can be learned elsewhere
//   npm run bench:decisions -- crowd panels               only these sections
//   npm run bench:decisions -- --quick                    fewer draws
//   npm run --silent bench:decisions -- --json            one JSON document
//
// Everything uses the public entry. README.md describes the form of a folder, and of the JSON.

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openFolder, type Folder } from "./data.ts";
import { show } from "./report.ts";
import type { SectionResult } from "./section.ts";
import { sections } from "./sections.ts";

const DEFAULT_DATA = join(import.meta.dirname, "../../../shared/decision-data");

const { values, positionals } = parseArgs({
  options: {
    data: { type: "string", multiple: true },
    fit: { type: "string" },
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const unknown = positionals.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  const names = Object.keys(sections).join(", ");
  console.error(`There is no section called ${unknown.join(", ")}; there are ${names}.`);
  process.exit(2);
}

const wanted = values.data ?? [DEFAULT_DATA];
const folders = wanted.flatMap(opened);
const fit = values.fit === undefined ? [] : opened(values.fit);
const [fitFolder] = fit;

/** The folder; if there is none, nothing but a printed line. */
function opened(dir: string): readonly Folder[] {
  const folder = openFolder(dir);
  if (folder !== undefined) return [folder];
  console.error(`There is no folder ${resolve(dir)}; give one with --data DIR.`);
  return [];
}

const results: Record<string, SectionResult> = {};
for (const [name, section] of Object.entries(sections)) {
  if (folders.length === 0) break;
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const result = await section(folders, {
    quick: values.quick,
    ...(fitFolder !== undefined && { fit: fitFolder }),
  });
  if (result === undefined) continue;
  results[name] = result;
  if (!values.json) console.log(`${show(name, result)}\n`);
}
if (values.json) {
  const dirs = folders.map(({ dir }) => dir);
  console.log(JSON.stringify({ folders: dirs, sections: results }, undefined, 2));
}
