import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Temporary files for a program. They are removed when this is disposed of. */
export interface TemporaryFiles extends AsyncDisposable {
  /** Writes a file and resolves to its path. Only this user may read it. */
  readonly write: (name: string, content: string) => Promise<string>;
}

/** Makes the folder when the first file is written. */
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

/** Removes a temporary folder. A folder that cannot be removed stays: an answer that was paid for is worth more. */
export async function removed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
