import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describeThrown, QuorateError } from "../errors.ts";
import { isSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { shellPath } from "./shell-word.ts";

/**
 * The supervisor that a TypeScript or JavaScript file exports by default. Rejects with `BAD_OPTIONS` when there
 * is no such file, when it cannot be loaded, or when its default export is something else.
 */
export async function loadTeam(file: string): Promise<Supervisor> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw unusable(
      `${found === undefined ? `There is no file ${file}` : `${file} is no file`}; give a TypeScript or JavaScript file that exports a supervisor.`,
    );
  }
  let exported: { readonly default?: unknown };
  try {
    exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    // The team's own mistake in a description: its sentence says more than anything about loading.
    if (error instanceof QuorateError) throw error;
    if (isTakenForCommonJs(error)) {
      const renamed = file.replace(/\.([jt])s$/, ".m$1s");
      throw unusable(
        `${file} is taken for CommonJS; put "type": "module" into the nearest package.json, or call it ${renamed}.`,
        error,
      );
    }
    throw unusable(
      `${file} cannot be loaded: ${describeThrown(error)}${placeIn(path, error)}`,
      error,
    );
  }
  if (!isSupervisor(exported.default)) {
    throw unusable(
      `${file} does not export a supervisor; write "export default supervisor({ … })" in it.`,
    );
  }
  return exported.default;
}

// What npm init makes is a package of CommonJS, and Node's own message does not say what to do.
function isTakenForCommonJs(error: unknown): boolean {
  return (
    error instanceof SyntaxError &&
    /^(Cannot use import statement outside a module|Unexpected token 'export')/.test(error.message)
  );
}

// How a stack names a file, as a URL or, of what may be CommonJS, as a path; not one of Node's own.
const PLACE = /(?<=^|[\s(])(file:\/\/\/[^\s)]+?|\/[^\s:)]+):(\d+)/gm;

/** Where it went wrong, in the team's file if the stack names it: the message of a syntax error does not say. */
function placeIn(path: string, error: unknown): string {
  const stack = error instanceof Error ? String(error.stack) : "";
  const places = [...stack.matchAll(PLACE)].flatMap(([, name = "", line = ""]) => {
    const file = pathOf(name);
    return file === undefined ? [] : [{ file, line }];
  });
  const place = places.find(({ file }) => file === path) ?? places[0];
  return place === undefined ? "" : ` (${shellPath(place.file)}, line ${place.line})`;
}

function pathOf(name: string): string | undefined {
  try {
    return name.startsWith("file:") ? fileURLToPath(name) : name;
  } catch {
    return undefined;
  }
}

function unusable(message: string, cause?: unknown): QuorateError {
  return new QuorateError("BAD_OPTIONS", message, cause === undefined ? {} : { cause });
}
