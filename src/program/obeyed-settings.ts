import { lstat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { forGood, tailOf } from "./failure.ts";

/** Where opencode looks for plugins, which are programs, in the folder that it works in and in those above it, whatever it is told. */
const OPENCODE = [".opencode", "opencode.json", "opencode.jsonc"];

/**
 * Refuses to start opencode where it would run what somebody has put into its folder. What stands in the home folder of its user is their
 * own.
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
      const why = `${agent} would run the plugins of "${tailOf(path)}", and nothing keeps it from that`;
      throw forGood(`${why}; give it a folder without that, or ask another agent`, why);
    }
    if (dirname(folder) === folder) return;
  }
}
