import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describeThrown, QuorateError } from "../errors.ts";
import { isSupervisor, type Supervisor } from "../supervisor/supervisor.ts";

/**
 * The supervisor that a TypeScript or JavaScript file exports by default. Rejects with `BAD_OPTIONS` when there
 * is no such file, when it cannot be loaded, or when its default export is something else.
 */
export async function loadTeam(file: string): Promise<Supervisor> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw unusable(
      `There is no file ${file}; give a TypeScript or JavaScript file that exports a supervisor.`,
    );
  }
  let exported: { readonly default?: unknown };
  try {
    exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (error) {
    // The team's own mistake in a description: its sentence says more than anything about loading.
    if (error instanceof QuorateError) throw error;
    throw unusable(`${file} cannot be loaded: ${describeThrown(error)}`, error);
  }
  if (!isSupervisor(exported.default)) {
    throw unusable(
      `${file} does not export a supervisor; write "export default supervisor({ … })" in it.`,
    );
  }
  return exported.default;
}

function unusable(message: string, cause?: unknown): QuorateError {
  return new QuorateError("BAD_OPTIONS", message, cause === undefined ? {} : { cause });
}
