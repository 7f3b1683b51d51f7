import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PREPARE = fileURLToPath(new URL("../scripts/prepare.mjs", import.meta.url));

/** Builds dist where it is older than the sources: tests that start the command line start what its users start. */
export default function prepared(): void {
  const { status } = spawnSync(process.execPath, [PREPARE], { stdio: "inherit" });
  if (status !== 0) throw new Error("What the tests start could not be built.");
}
