import type { Browser, Page } from "playwright-core";
import { open, type View } from "./browser.ts";
import type { Pages } from "./pages.ts";

/** A picture of the demo, with fonts of our own. */
export interface Picture {
  readonly name: string;
  readonly view: View;
  /** What is brought into view before. */
  readonly at?: string;
}

const LIGHT = "light";
const DARK = "dark";

/** The demo at both widths and schemes; those with `at` further down. */
export const PICTURES: readonly Picture[] = [
  { name: "run-1440-light", view: { width: 1440, height: 1000, scheme: LIGHT } },
  { name: "run-1440-dark", view: { width: 1440, height: 1000, scheme: DARK } },
  { name: "run-390-light", view: { width: 390, height: 844, scheme: LIGHT } },
  { name: "run-390-dark", view: { width: 390, height: 844, scheme: DARK } },
  {
    name: "run-1440-findings",
    view: { width: 1440, height: 1000, scheme: LIGHT },
    at: "#findings",
  },
];

export async function takePicture(
  browser: Browser,
  pages: Pages,
  { view, at }: Picture,
): Promise<Buffer> {
  const { context, page } = await open(browser, pages.demo, { view, fonts: true });
  try {
    if (at !== undefined) await bringUp(page, at);
    return await page.screenshot({ animations: "disabled", caret: "hide" });
  } finally {
    await context.close();
  }
}

async function bringUp(page: Page, part: string): Promise<void> {
  await page.locator(part).evaluate((element) => element.scrollIntoView());
}
