import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file of a project, for models that cannot read files. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const READ = /\.(?:[cm]?[jt]sx?|json)$/;
/** Files that the project did not write, and hidden ones, which often contain keys. */
const PASSED_OVER = /^(?:\..*|node_modules|dist|build|coverage|package-lock\.json)$/;
const MOST_BYTES = 60_000;
const MOST_IN_ALL = 240_000;

/** The sources of a project in the order of their paths, as many as fit; links are not followed. */
export function sourcesOf(folder: string): readonly Source[] {
  const sources: Source[] = [];
  let left = MOST_IN_ALL;
  const look = (place: string): void => {
    const entries = readdirSync(place, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (PASSED_OVER.test(entry.name)) continue;
      const path = join(place, entry.name);
      if (entry.isDirectory()) look(path);
      if (!entry.isFile() || !READ.test(entry.name)) continue;
      const { size } = statSync(path);
      if (size > Math.min(left, MOST_BYTES)) continue;
      left -= size;
      sources.push({
        file: relative(folder, path).replaceAll(sep, "/"),
        text: readFileSync(path, "utf8"),
      });
    }
  };
  look(folder);
  return sources;
}
