import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pixelmatch from "pixelmatch";
import type { Browser } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./browser.ts";
import { makePages, type Pages } from "./pages.ts";
import { PICTURES, takePicture } from "./pictures.ts";

const root = resolve(import.meta.dirname, "../..");
// Those that README and docs show.
const expected = join(root, "docs/pictures");
const actual = join(root, ".cache/pictures");

/** Machines draw the edges of letters a little otherwise. */
const MOST_SHARE = 0.01;

let browser: Browser;
let pages: Pages;

beforeAll(async () => {
  [browser, pages] = await Promise.all([openBrowser(), makePages()]);
  mkdirSync(actual, { recursive: true });
});
afterAll(async () => {
  pages[Symbol.dispose]();
  await browser.close();
});

describe("the picture of a fixed run", () => {
  it.each(PICTURES)("looks as it did: $name", async (picture) => {
    const png = await takePicture(browser, pages, picture);
    const file = join(expected, `${picture.name}.png`);
    if (process.env["RENEW"] === "yes" || !existsSync(file)) {
      mkdirSync(expected, { recursive: true });
      writeFileSync(file, png);
    }
    writeFileSync(join(actual, `${picture.name}.png`), png);
    expect(differing(PNG.sync.read(readFileSync(file)), PNG.sync.read(png))).toBeLessThan(
      MOST_SHARE,
    );
  });
});

/** The share of pixels that differ, from 0 to 1; 1 where the sizes do. */
function differing(before: PNG, now: PNG): number {
  const { width, height } = before;
  if (width !== now.width || height !== now.height) return 1;
  const many = pixelmatch(before.data, now.data, undefined, width, height, { threshold: 0.15 });
  return many / (width * height);
}
