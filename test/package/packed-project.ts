import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** A project that has the package installed as it would be published, and nothing else yet. */
export interface PackedProject {
  readonly folder: string;
  /** What the tarball holds, by path. */
  readonly packed: readonly string[];
  /** Puts packages of this checkout into it. */
  link(...names: readonly string[]): void;
  remove(): void;
}

export function packedProject(): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), "quorate-packed-"));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [tarball] = JSON.parse(
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" }),
  ) as [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }];
  const installed = join(folder, "node_modules/quorate");
  mkdirSync(installed, { recursive: true });
  const unpack = ["-xzf", join(folder, tarball.filename), "-C", installed, "--strip-components=1"];
  execFileSync("tar", unpack);
  const manifest = { type: "module", dependencies: { quorate: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return {
    folder,
    packed: tarball.files.map(({ path }) => path),
    link(...names) {
      for (const name of names) {
        const path = join(folder, "node_modules", name);
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(join(root, "node_modules", name), path);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
