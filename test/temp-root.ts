import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives all tests of a run one folder for what they keep for a while, and removes it after them. */
export default function tempRoot(): () => void {
  const root = mkdtempSync(join(tmpdir(), "quorate-tests-"));
  // Servers and programs that run as another user have to come through.
  chmodSync(root, 0o711);
  process.env["TMPDIR"] = root;
  return () => rmSync(root, { recursive: true, force: true });
}
