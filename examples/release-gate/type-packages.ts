import { spawnSync } from "node:child_process";

/**
 * The arguments that give a project the types of all its `@types` packages if its settings name none, as its authors may expect: before
 * TypeScript 6 that was the default. Its settings are data, and nothing of the project is run.
 */
export function typePackages(tsc: string, cwd: string): readonly string[] {
  const options = { cwd, encoding: "utf8", timeout: 60_000 } as const;
  const { stdout } = spawnSync(tsc, ["--showConfig"], options);
  try {
    const { compilerOptions } = JSON.parse(stdout) as {
      readonly compilerOptions?: { readonly types?: unknown };
    };
    return compilerOptions?.types === undefined ? ["--types", "*"] : [];
  } catch {
    // It has no settings, or they cannot be read: tsc says so.
    return [];
  }
}
