import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import { HOSTILE_TEXTS } from "../dashboard/hostile-run.ts";
import { open, openBrowser, type OpenOptions, type Watched } from "./browser.ts";
import { makePages, type Pages } from "./pages.ts";

let browser: Browser;
let pages: Pages;
let opened: Watched[] = [];

beforeAll(async () => {
  [browser, pages] = await Promise.all([openBrowser(), makePages()]);
});
afterEach(async () => {
  const complaints = opened.flatMap((one) => one.complaints);
  await Promise.all(opened.map(({ context }) => context.close()));
  opened = [];
  // An error, or something that the page's own policy forbids.
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("; ")}`);
});
afterAll(async () => {
  pages[Symbol.dispose]();
  await browser.close();
});

async function show(file: string, options: OpenOptions = {}): Promise<Page> {
  const watched = await open(browser, file, options);
  opened.push(watched);
  return watched.page;
}

/** What axe finds wrong: the rule, and the first element that breaks it. */
async function wrongWith(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** By how much the page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

const VIEWS = [
  { width: 1440, height: 1000, scheme: "light" },
  { width: 1440, height: 1000, scheme: "dark" },
  { width: 1000, height: 900, scheme: "light" },
  { width: 390, height: 844, scheme: "light" },
  { width: 390, height: 844, scheme: "dark" },
] as const;

describe("the page of a run in a browser", () => {
  it("says the answer first, in the title too, without a network", async () => {
    const page = await show(pages.demo);
    expect(await page.locator("h1").innerText()).toMatch(
      /^3.findings stand, 1.waits for a person$/,
    );
    expect(await page.title()).toMatch(
      /^3 findings stand, 1 waits for a person · code-review-board/,
    );
    expect(await page.locator(".facts > div").count()).toBe(6);
  });

  it.each(VIEWS)(
    "has nothing that axe finds wrong, and scrolls not sideways, at $width $scheme",
    async (view) => {
      const page = await show(pages.demo, { view });
      expect(await wrongWith(page)).toEqual([]);
      expect(await overhang(page)).toBe(0);
    },
  );

  it("has nothing that axe finds wrong, and scrolls not sideways, whatever agents wrote", async () => {
    const view = { width: 390, height: 844, scheme: "dark" } as const;
    const page = await show(pages.hostile, { view });
    expect(await wrongWith(page)).toEqual([]);
    expect(await overhang(page)).toBe(0);
  });

  it("scrolls not sideways, and keeps each count whole, where two hundred agents with names of any length hold long positions", async () => {
    const long = `a-name-${"of-any-length-".repeat(6)}`;
    const backend = memory();
    const agents = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => {
        const name = index < 2 ? `${long}${index}` : `agent-${index}`;
        const position = index % 3 === 0 ? `a position ${"really ".repeat(30)}` : "ship";
        return [name, agent({ name, cost: "free", run: () => position })];
      }),
    );
    const team = supervisor({ name: "many", agents, backend });
    const { runId } = await team.run({});
    const file = pages.of("many", await backend.store.read(runId));
    for (const width of [360, 1280]) {
      const page = await show(file, { view: { width, height: 900, scheme: "light" } });
      expect(await overhang(page)).toBe(0);
      const apart = await page.locator(".more .who").evaluateAll((all) =>
        all.every((one) => {
          const part = one.closest(".part")?.getBoundingClientRect();
          return part !== undefined && one.getBoundingClientRect().right <= part.right + 1;
        }),
      );
      expect(apart).toBe(true);
      const counts = await page.locator(".mx .head em").evaluateAll((all) =>
        all.map((one) => {
          const [inner, outer] = [one, one.closest("button")].map((it) =>
            it?.getBoundingClientRect(),
          );
          return [one.textContent, (inner?.top ?? 0) >= (outer?.top ?? 0) - 1];
        }),
      );
      expect(counts.length).toBeGreaterThan(0);
      for (const [words, isWhole] of counts)
        expect(words).toMatch(isWhole === true ? /^×\d+$/ : /never/);
    }
  });

  it("can be used by the keyboard alone", async () => {
    const page = await show(pages.demo);
    const focused = (): Promise<string> =>
      page.evaluate(
        () =>
          document.activeElement?.getAttribute("aria-label") ??
          document.activeElement?.textContent ??
          "",
      );
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the answer");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("answer");
    await page.keyboard.press("/");
    await page.keyboard.type("dayjs");
    await page.locator(".last").getByText("with “dayjs”").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".last").getByText("more were left out").waitFor();
    // To a call, from there to the last one, and its details.
    await page.locator('button.lane[tabindex="0"]').focus();
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toMatch(/^baz.*cached$/);
    await page.keyboard.press("Enter");
    expect(await page.locator(".details h2").innerText()).toBe("baz");
    expect(await focused()).toMatch(/^baz.*cached$/);
    await page.keyboard.press("End");
    expect(await focused()).toMatch(/^a person.*waits$/);
    // From scale to scale by the arrows of a group.
    await page.getByRole("button", { name: "Time", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    expect(await page.getByRole("button", { name: "Sequence" }).getAttribute("aria-pressed")).toBe(
      "true",
    );
    const divider = page.getByRole("separator");
    await divider.focus();
    await page.keyboard.press("ArrowLeft");
    expect(await divider.getAttribute("aria-valuenow")).toBe("484");
    // A finding is unfolded and folded again, and the focus stays.
    const row = page.locator("#subject-1 > button");
    await row.focus();
    await page.keyboard.press("Enter");
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Enter");
    expect(await row.getAttribute("aria-expanded")).toBe("false");
  });

  it("has a link to every call and every finding, which a reload keeps", async () => {
    const page = await show(pages.demo, { hash: "#call/greptile" });
    expect(await page.locator(".details h2").innerText()).toBe("greptile");
    expect(await page.locator(".details").innerText()).toContain("put off by the service");
    await page.locator('.mx a[href="#subject/4"]').click();
    await page.locator("#subject-4 > .more").waitFor();
    await page.reload();
    await page.locator("#subject-4 > .more").waitFor();
    await page.locator("button.lane", { hasText: "kg" }).click();
    expect(new URL(page.url()).hash).toBe("#call/kg");
    await page.goto(`file://${pages.demo}#subject/999`);
    await page.locator("h1").waitFor();
  });

  it("shows only disagreements until it is told to show all, and folds equal answers", async () => {
    const page = await show(pages.demo);
    const rows = page.locator(".mx .row");
    const columns = page.locator(".mx .head");
    expect([await rows.count(), await columns.count()]).toEqual([8, 11]);
    await page.getByText("Only disagreements").click();
    await page.getByText("Fold equal answers").click();
    expect([await rows.count(), await columns.count()]).toEqual([21, 13]);
  });

  it("keeps the scheme that somebody chose", async () => {
    const page = await show(pages.demo);
    await page.getByRole("button", { name: "Dark" }).click();
    await page.reload();
    await page.locator("h1").waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe("dark");
  });

  it("draws a wait of minutes short, and says who decided", async () => {
    const page = await show(pages.decided);
    expect(await page.locator("h1").innerText()).toMatch(/^Does not pass: 4.findings stand$/);
    expect(await page.locator(".axis").innerText()).toContain("12 min 00 s");
    await page.locator("button.lane", { hasText: "a person" }).click();
    expect(await page.locator(".details").innerText()).toMatch(/marta: The busy check comes after/);
  });

  it("has at most a hundred rows in it of ten thousand calls, and reaches the last by a key", async () => {
    const page = await show(pages.of("many", await manyCalls(10_000)));
    expect(await page.locator("button.lane").count()).toBeLessThan(60);
    await page.locator('button.lane[tabindex="0"]').focus();
    await page.keyboard.press("End");
    await page.locator("button.lane", { hasText: "agent-9999" }).waitFor();
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(3_000);
  });
});

describe("what agents wrote that could harm a page, in a browser", () => {
  it("is shown as text everywhere, and nothing of it runs", async () => {
    const page = await show(pages.hostile);
    expect(await page.evaluate(() => Reflect.get(window, "harmed") as unknown)).toBeUndefined();
    expect(
      await page.locator("#page script, #page img, #page style, #page b[onclick]").count(),
    ).toBe(0);
    const folded = page.locator('.fd > button[aria-expanded="false"]').first();
    while ((await folded.count()) > 0) await folded.click();
    const text = await page.locator("body").innerText();
    expect(text).toContain(HOSTILE_TEXTS[0]);
    expect(text).toContain("userU+202Etxt.exeU+202C");
    expect(text).toContain("U+001B[31mred");
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
    for (const lane of await page.locator("button.lane").all()) await lane.click();
    expect(await page.evaluate(() => Reflect.get(window, "harmed") as unknown)).toBeUndefined();
  });

  it("is drawn in parts where it is a line of five million letters", async () => {
    const page = await show(pages.hostile);
    await page.locator("button.lane").first().click();
    const longest = await page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll("pre, span, p")].map(
          (one) => one.textContent?.length ?? 0,
        ),
      ),
    );
    expect(longest).toBeLessThan(60_000);
  });
});

/** Of one agent each, all on one question. */
async function manyCalls(many: number): Promise<readonly RunEvent[]> {
  const agents = Object.fromEntries(
    Array.from({ length: many }, (_, index) => {
      const name = `agent-${index}`;
      return [name, agent({ name, run: () => (index % 3 === 0 ? "hold" : "ship") })] as const;
    }),
  );
  const team = supervisor({ name: "many", agents, concurrency: 64, backend: memory() });
  await team.run({} as never, { runId: "many" });
  return team.backend.store.read("many");
}
