import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pixelmatch from "pixelmatch";
import type { Browser } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./browser.ts";
import { fixedRuns } from "./fixed-runs.ts";
import { makePages, type Pages } from "./pages.ts";
import { PICTURES, takePicture } from "./pictures.ts";
import { pictureName, SERVED_VIEWS, takeServedPictures } from "./served-pictures.ts";
import { serveBoard, type Served } from "./served.ts";

const root = resolve(import.meta.dirname, "../..");
// Those that README and docs show.
const expected = join(root, "docs/pictures");
const actual = join(root, ".cache/pictures");

/** Machines draw the edges of letters a little otherwise. */
const MOST_SHARE = 0.01;

let browser: Browser;
let pages: Pages;
let served: Served;

beforeAll(async () => {
  // One after the other: what is random in their runs is the same each time only then.
  pages = await makePages();
  const logs = await fixedRuns();
  [browser, served] = await Promise.all([openBrowser(), serveBoard(logs)]);
  mkdirSync(actual, { recursive: true });
});
afterAll(async () => {
  pages[Symbol.dispose]();
  await served[Symbol.asyncDispose]();
  await browser.close();
});

describe("the picture of a fixed run", () => {
  it.each(PICTURES)("looks as it did: $name", async (picture) => {
    const png = await takePicture(browser, pages, picture);
    expect(differingFromKept(picture.name, png)).toBeLessThan(MOST_SHARE);
  });
});

describe("the pages that quorate serve hands out, of fixed runs", () => {
  it.each(SERVED_VIEWS)("look as they did at $width $scheme", async (view) => {
    const taken = await takeServedPictures(browser, served, view);
    const differ = [...taken].flatMap(([picture, png]) => {
      const name = pictureName(picture, view);
      const share = differingFromKept(name, png);
      return share < MOST_SHARE ? [] : [{ name, share }];
    });
    expect(differ).toEqual([]);
  });
});

/** The share of pixels in which a picture differs from the one that is kept, which it replaces where they are renewed. */
function differingFromKept(name: string, png: Buffer): number {
  const file = join(expected, `${name}.png`);
  if (process.env["RENEW"] === "yes") {
    mkdirSync(expected, { recursive: true });
    writeFileSync(file, png);
  }
  writeFileSync(join(actual, `${name}.png`), png);
  // One that is not there yet has to be looked at, and made by --renew.
  if (!existsSync(file)) return 1;
  return differing(PNG.sync.read(readFileSync(file)), PNG.sync.read(png));
}

/** The share of pixels that differ, from 0 to 1; 1 where the sizes do. */
function differing(before: PNG, now: PNG): number {
  const { width, height } = before;
  if (width !== now.width || height !== now.height) return 1;
  const many = pixelmatch(before.data, now.data, undefined, width, height, { threshold: 0.15 });
  return many / (width * height);
}
