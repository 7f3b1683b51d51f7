import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Files that a program is handed. They are gone when this is disposed of. */
export interface TemporaryFiles extends AsyncDisposable {
  /** Writes one and resolves to its path. Nobody but this user may read it. */
  readonly write: (name: string, content: string) => Promise<string>;
}

/** Makes its folder when the first file is written. */
export function temporaryFiles(): TemporaryFiles {
  let folder: Promise<string> | undefined;
  return {
    async write(name, content) {
      folder ??= mkdtemp(join(tmpdir(), "quorate-"));
      const path = join(await folder, name);
      await writeFile(path, content, { mode: 0o600 });
      return path;
    },
    async [Symbol.asyncDispose]() {
      if (folder !== undefined) await removed(await folder);
    },
  };
}

/** Removes a temporary folder. One that cannot be removed is left: an answer that was paid for is worth more. */
export async function removed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
