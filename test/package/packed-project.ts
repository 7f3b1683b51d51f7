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
  /** Installs what a folder of this checkout would publish. */
  install(path: string): void;
  /** Puts packages of this checkout into it. */
  link(...names: readonly string[]): void;
  remove(): void;
}

export function packedProject(): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), "quorate-packed-"));
  const packed = installPacked(root, folder);
  const manifest = { type: "module", dependencies: { quorate: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return {
    folder,
    packed,
    install: (path) => void installPacked(join(root, path), folder),
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

/** Packs the package of a folder and unpacks it where a project has it; gives what it holds. */
function installPacked(source: string, project: string): readonly string[] {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  const [tarball] = JSON.parse(
    execFileSync("npm", args, { cwd: source, encoding: "utf8", stdio: "pipe" }),
  ) as [Tarball];
  const installed = join(project, "node_modules", tarball.name);
  mkdirSync(installed, { recursive: true });
  const unpack = ["-xzf", join(project, tarball.filename), "-C", installed];
  execFileSync("tar", [...unpack, "--strip-components=1"]);
  return tarball.files.map(({ path }) => path);
}

interface Tarball {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
