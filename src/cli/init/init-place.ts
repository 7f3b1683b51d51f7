import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { manifestOf } from "./installed-package.ts";
import type { PackageManager } from "./init-plan.ts";

/** A folder below the root of its repository, such as a package of a monorepo. */
export interface Below {
  /** The root as seen from the folder, `../..`, and the folder as seen from the root, `packages/app`. */
  readonly root: string;
  readonly folder: string;
  /** Where the package is installed, as seen from the root: `./node_modules/quorate`. */
  readonly installed: string;
}

/** Where a folder is in its repository; `undefined` for the root of one, and where there is none. */
export function belowRoot(place: string, packageManager: PackageManager): Below | undefined {
  const root = above(place, ".git");
  if (root === undefined || root === place) return undefined;
  const folder = relative(root, place).split(sep).join("/");
  const own = existsSync(join(place, "node_modules/quorate"));
  const shared =
    existsSync(join(root, "node_modules/quorate")) ||
    // npm, yarn and bun install the packages of all workspaces at the root.
    (packageManager !== "pnpm" &&
      manifestOf(join(root, "package.json"))?.["workspaces"] !== undefined);
  const installed = `${!own && shared ? "" : `${folder}/`}node_modules/quorate`;
  return { root: relative(place, root).split(sep).join("/"), folder, installed: `./${installed}` };
}

/** The nearest folder, this one or one above it, that holds something of that name. */
export function above(place: string, name: string): string | undefined {
  if (existsSync(join(place, name))) return place;
  const next = dirname(place);
  return next === place ? undefined : above(next, name);
}

const ALLOWING = ["allowImportingTsExtensions", "rewriteRelativeImportExtensions"] as const;

/** What tsc has to be told where a project has settings for it that do not say it; another file that they extend may. */
export function compilerNote(place: string, test: string): string | undefined {
  const file = join(place, "tsconfig.json");
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (ALLOWING.some((setting) => text.includes(`"${setting}"`))) return undefined;
  return `tsconfig.json: if tsc checks ${test}, set ${ALLOWING.join(" or ")}: Node imports a file by its whole name, with its ending`;
}
