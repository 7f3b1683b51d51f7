import type { Browser, Page } from "playwright-core";
import { DEMO_RUN } from "../dashboard/demo-run.ts";
import { visit, type View } from "./browser.ts";
import { DECIDED_RUN, PICTURE_MS } from "./fixed-runs.ts";
import type { Served } from "./served.ts";

/** A page that the server hands out, of fixed runs, with fonts of our own and a clock that stands. */
export interface ServedPicture {
  readonly name: string;
  readonly path: string;
  /** What has come when it is complete. */
  readonly ready: string;
}

export const SERVED_VIEWS: readonly View[] = [
  { width: 1440, height: 1000, scheme: "light" },
  { width: 1440, height: 1000, scheme: "dark" },
  { width: 390, height: 844, scheme: "light" },
  { width: 390, height: 844, scheme: "dark" },
];

export const SERVED_PICTURES: readonly ServedPicture[] = [
  { name: "served-runs", path: "", ready: ".seg .many" },
  { name: "served-run", path: `?run=${DEMO_RUN}`, ready: "#waits form" },
  { name: "served-decided", path: `?run=${DECIDED_RUN}`, ready: "#fork dl.cost" },
  { name: "served-compare", path: `?compare=${DEMO_RUN}&with=${DECIDED_RUN}`, ready: ".vs h2" },
  { name: "served-agents", path: "?agents=code-review-board", ready: "table.agents svg" },
];

/** Where the picture of a view is kept. */
export function pictureName({ name }: ServedPicture, { width, scheme }: View): string {
  return `${name}-${width}-${scheme}`;
}

/** Takes all pictures of one view, in one window in which somebody has signed in. */
export async function takeServedPictures(
  browser: Browser,
  served: Served,
  view: View,
): Promise<ReadonlyMap<ServedPicture, Buffer>> {
  const options = { view, fonts: true, nowMs: PICTURE_MS };
  const { context, page } = await visit(browser, served.url, options);
  try {
    await page.getByLabel("Token").fill(served.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    const taken = new Map<ServedPicture, Buffer>();
    for (const picture of SERVED_PICTURES) {
      await page.goto(served.url + picture.path);
      await page.locator(picture.ready).first().waitFor({ state: "attached" });
      await settled(page);
      taken.set(picture, await page.screenshot({ animations: "disabled", caret: "hide" }));
    }
    return taken;
  } finally {
    await context.close();
  }
}

/** Until what was asked for has come, and is drawn in fonts of our own. */
async function settled(page: Page): Promise<void> {
  await page.locator(".loading").first().waitFor({ state: "detached" });
  await page.waitForFunction(() =>
    [...document.querySelectorAll("a.rn")].every(
      (row) => row.querySelector(".c-verdict")?.textContent !== "",
    ),
  );
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
