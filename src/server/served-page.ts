import { readFile } from "node:fs/promises";

// Works from src and from the chunks of dist, which are both one folder below the package.
const APP = new URL("../../dist/dashboard/app/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  png: "image/png",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
};

/** A file of the page, by its path below the server's; `undefined` if there is none. */
export async function servedPage(path: string): Promise<Response | undefined> {
  const isIndex = path === "/" || path === "/index.html";
  const name = isIndex ? "index.html" : /^\/(assets\/[\w-][\w.-]{0,200})$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (type === undefined) return undefined;
  const file = await readFile(new URL(name, APP)).catch(() => undefined);
  if (file === undefined) return undefined;
  const kept = isIndex ? "no-cache" : "public, max-age=31536000, immutable";
  return new Response(file, { headers: { "Content-Type": type, "Cache-Control": kept } });
}
