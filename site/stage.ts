import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { root, stage } from "./places.ts";
import { ADDRESSES } from "../src/cli/addresses.ts";

/** Pages of the repository that are also pages of the site, by their place there. */
const OTHERS: Readonly<Record<string, string>> = {
  "README.md": "readme.md",
  "ARCHITECTURE.md": "architecture.md",
  "CHANGELOG.md": "changelog.md",
  "CONTRIBUTING.md": "contributing.md",
  "SECURITY.md": "security-policy.md",
  "SUPPORT.md": "support.md",
};

/** Every page of the repository that the site has, with its place on the site. */
function pages(): ReadonlyMap<string, string> {
  const docs = globSync("docs/**/*.md", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
  const there = Object.entries(OTHERS).filter(([path]) => existsSync(join(root, path)));
  return new Map([...there, ...docs.map((path) => [path, path.replace(/^docs\//, "")] as const)]);
}

/** Copies the pages and their pictures into the folder from which the site is built. */
export function stagePages(): number {
  const all = pages();
  for (const [from, to] of all) {
    write(to, linked(readFileSync(join(root, from), "utf8"), from, to, all));
  }
  write("index.md", readFileSync(join(import.meta.dirname, "home.md"), "utf8"));
  cpSync(join(root, "docs/pictures"), join(stage, "pictures"), { recursive: true });
  return all.size;
}

/** Writes a page of the site. */
export function write(path: string, text: string): void {
  const file = join(stage, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The page with the site's links. A file that is only in the repository is linked if the repository has an address, and else named. */
function linked(text: string, from: string, to: string, all: ReadonlyMap<string, string>): string {
  const parts = text.split(/(^```[^]*?^```)/m);
  return parts
    .map((part) =>
      part.startsWith("```")
        ? part
        : part
            .replaceAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, mark, words, target) =>
              linkOf({ whole, mark, words, target, from, to, all }),
            )
            .replaceAll(
              /(\s(?:src|srcset)=")(docs\/pictures\/[^"\s]+)"/g,
              (_, before, picture) => `${before}${relative(to, picture.replace("docs/", ""))}"`,
            ),
    )
    .join("");
}

interface Link {
  readonly whole: string;
  readonly mark: string;
  readonly words: string;
  readonly target: string;
  readonly from: string;
  readonly to: string;
  readonly all: ReadonlyMap<string, string>;
}

function linkOf({ whole, mark, words, target, from, to, all }: Link): string {
  if (/^(?:[a-z]+:|#)/.test(target)) return whole;
  const [path = "", hash] = target.split("#");
  const meant = posix.normalize(posix.join(posix.dirname(from), path));
  const page = all.get(meant);
  const anchor = hash === undefined ? "" : `#${hash}`;
  if (page !== undefined) {
    return `${mark}[${words}](${relative(to, page)}${anchor})`;
  }
  if (meant.startsWith("docs/pictures/")) {
    return `${mark}[${words}](${relative(to, meant.replace("docs/", ""))})`;
  }
  if (!existsSync(join(root, meant)))
    throw new Error(`${from} links to ${target}, which is not there`);
  const { repository } = ADDRESSES;
  return repository === undefined ? words : `${mark}[${words}](${repository}/blob/main/${meant})`;
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}
