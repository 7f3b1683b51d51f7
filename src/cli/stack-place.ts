import { existsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { REDACTED } from "../model/json.ts";
import { shellPath } from "./shown/shell-word.ts";

// How a stack names a file, as a URL or, of what may be CommonJS, as a path; not one of Node's own.
const PLACE = /(?<=^|[\s(])(file:\/\/\/[^\s)]+?|\/[^\s:)]+):(\d+)/gm;

const OWN = `${dirname(dirname(fileURLToPath(import.meta.url)))}${sep}`;

/**
 * Where an error comes from, as ` (team.ts, line 3)`: from `file` if its stack names that, else from the first place that is
 * neither of this package nor of another one, else from the first. Empty where no stack says.
 */
export function stackPlace(error: unknown, file?: string): string {
  const places = [...stackOf(error).matchAll(PLACE)].flatMap(([, name = "", line = ""]) => {
    const path = pathOf(name);
    return path === undefined || path.startsWith(OWN) ? [] : [{ path, line }];
  });
  const place =
    places.find(({ path }) => path === file) ??
    places.find(({ path }) => !path.includes(`${sep}node_modules${sep}`)) ??
    places[0];
  return place === undefined ? "" : ` (${shellPath(place.path)}, line ${place.line})`;
}

/** An error whose stack names the files from which another one comes, and has none of its words: not even a line of them that looks like a place. */
export function framesAlone(error: unknown): Error {
  const frames = stackOf(error)
    .split("\n")
    .flatMap((line) => [...(/^\s+at /.test(line) ? line.matchAll(PLACE) : [])])
    .filter(([, name = ""]) => existsSync(pathOf(name) ?? ""))
    .map(([place]) => `    at ${place}`);
  return Object.assign(new Error(REDACTED), { stack: [REDACTED, ...frames].join("\n") });
}

/** The stack of what was thrown; empty where it has none. */
export function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack) : "";
  } catch {
    return "";
  }
}

function pathOf(name: string): string | undefined {
  try {
    return name.startsWith("file:") ? fileURLToPath(name) : name;
  } catch {
    return undefined;
  }
}
