import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { built } from "./places.ts";

/** The broken links of the site: to missing pages, and to missing anchors within pages. */
export function brokenLinks(): readonly string[] {
  const files = globSync("**/*.html", { cwd: built }).map((path) => path.replaceAll("\\", "/"));
  const texts = new Map(files.map((file) => [file, readFileSync(join(built, file), "utf8")]));
  const ids = new Map(
    [...texts].map(([file, text]) => [
      file,
      new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decode(id))),
    ]),
  );
  const other = new Set(globSync("**/*", { cwd: built }).map((path) => path.replaceAll("\\", "/")));
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/<a\s[^>]*href="([^"]*)"/g)].flatMap(([, href = ""]) => {
      const why = fault(file, decode(href), ids, other);
      return why === undefined ? [] : [`${file}: ${href} ${why}`];
    }),
  );
}

function decode(text: string): string {
  const plain = text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function fault(
  from: string,
  href: string,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
  other: ReadonlySet<string>,
): string | undefined {
  if (/^[a-z]+:/.test(href)) return undefined;
  const [path = "", hash = ""] = href.split("#");
  const meant =
    path === ""
      ? from
      : posix.normalize(
          path.startsWith("/") ? path.slice(1) : posix.join(posix.dirname(from), path),
        );
  const candidates = [meant, `${meant}.html`, posix.join(meant, "index.html")];
  const file = candidates.find((one) => ids.has(one));
  if (file === undefined) return other.has(meant) ? undefined : "is not there";
  if (hash === "" || ids.get(file)?.has(hash)) return undefined;
  return `has no such place in ${file}`;
}
