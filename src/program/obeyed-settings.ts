import { lstat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { forGood, tailOf } from "./failure.ts";

/** Where opencode always looks for plugins, which are programs: in its folder and in those above it. */
const OPENCODE = [".opencode", "opencode.json", "opencode.jsonc"];

/**
 * Throws if opencode would run plugins that somebody put into its folder or a folder above it. Those in the user's home folder are the
 * user's own.
 */
export async function refuseObeyedSettings(agent: string, cwd: string): Promise<void> {
  const home = resolve(homedir());
  for (let folder = resolve(cwd); folder !== home; folder = dirname(folder)) {
    for (const name of OPENCODE) {
      const path = join(folder, name);
      const isThere = await lstat(path).then(
        () => true,
        () => false,
      );
      if (!isThere) continue;
      const why = `${agent} would run the plugins of "${tailOf(path)}", and no option prevents that`;
      throw forGood(`${why}; give it a folder without plugins, or use another agent`, why);
    }
    if (dirname(folder) === folder) return;
  }
}
