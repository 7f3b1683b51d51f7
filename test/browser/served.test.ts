import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { agent, memory, supervisor, type RunEvent } from "../../src/index.ts";
import { DEMO_RUN, demoEvents } from "../dashboard/demo-run.ts";
import { HOSTILE_TEXTS, hostileEvents } from "../dashboard/hostile-run.ts";
import { openBrowser, visit, type View, type Watched } from "./browser.ts";
import { serveBoard, type Served } from "./served.ts";

let browser: Browser;
let served: Served;
let opened: Watched[] = [];

beforeAll(async () => {
  const logs = [await demoEvents(), await hostileEvents(), ...(await shortRuns(230))];
  [browser, served] = await Promise.all([openBrowser(), serveBoard(logs)]);
});
afterEach(async () => {
  served.mend();
  const complaints = opened.flatMap((one) => one.complaints);
  await Promise.all(opened.map(({ context }) => context.close()));
  opened = [];
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("; ")}`);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await browser.close();
});

/** A window of its own, in which nobody has signed in. `lost`: it may complain of a server that cannot be reached. */
async function come(
  path: string,
  { view, lost = false }: { readonly view?: View; readonly lost?: boolean } = {},
): Promise<Page> {
  // A browser complains of every answer that is no success; the page says it in a sentence.
  const ignored = lost ? /Failed to load resource/ : /status of (401|404|409)/;
  const watched = await visit(browser, served.url + path, {
    ignored,
    ...(view !== undefined && { view }),
  });
  opened.push(watched);
  return watched.page;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("Token").fill(served.token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function comeIn(path: string, options: Parameters<typeof come>[1] = {}): Promise<Page> {
  const page = await come(path, options);
  await signIn(page);
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  return page;
}

async function start(page: Page, pull: number): Promise<void> {
  await page.getByRole("link", { name: "New run" }).click();
  await page.getByLabel("Input", { exact: true }).fill(JSON.stringify({ pull }));
  await page.getByLabel("Tags").fill(`pull=${pull} from=page`);
  await page.getByRole("button", { name: "Start" }).click();
  await page.locator("#answer").waitFor();
}

function headline(page: Page, words: RegExp): Promise<void> {
  return page.locator("#answer").filter({ hasText: words }).waitFor();
}

async function wrongWith(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** Decides that what is asked, until nothing more is, does not stand. */
async function decideRest(page: Page): Promise<void> {
  while ((await page.locator("#waits form").count()) > 0) {
    const many = await page.locator("#waits form").count();
    const form = page.locator("#waits form").first();
    await form.getByLabel("It does not").check();
    await form.getByLabel("Note, kept in the log").fill("It is about something else.");
    await form.getByRole("button", { name: "Decide" }).click();
    await page
      .locator("#waits form")
      .nth(many - 1)
      .waitFor({ state: "detached" });
  }
}

const WAITS = /waits? for a.person/;

describe("the pages that quorate serve hands out, in a browser", () => {
  it("start the review board, show it as it goes on, and let a person decide, also after a reload and without a connection for a while", async () => {
    const page = await comeIn("", { lost: true });
    expect(new URL(page.url()).pathname).toBe("/");
    await start(page, 1);
    await headline(page, /^Running: \d+.of 12.answered/);
    await page.locator(".bar-part.working").first().waitFor();
    // A reload in the middle needs no token, and shows the same run.
    const address = page.url();
    await page.reload();
    await headline(page, /^Running|waits/);
    expect(page.url()).toBe(address);

    served.cut();
    const line = page.getByText(/^Not connected since \d\d:\d\d:\d\d UTC\. Trying again\.$/);
    await line.waitFor();
    served.mend();
    await page.getByRole("button", { name: "Try now" }).click();
    await line.waitFor({ state: "detached" });
    await headline(page, WAITS);
    expect(await page.locator("button.lane").count()).toBe(13);

    // What somebody unfolded, selected and wrote stays while more comes in.
    const question = page.locator("#waits .question").first();
    await question.getByLabel("It stands").check();
    const note = "Seen in <b>production</b> & $& again";
    await question.getByLabel("Note, kept in the log").fill(note);
    await question.getByLabel("Who decides").fill("marta <m>");
    await question.getByRole("button", { name: "Decide" }).click();
    const decided = page.locator(".decisions li").filter({ hasText: note });
    await decided.waitFor();
    expect(await decided.innerText()).toContain("marta <m> decided: it stands");
    await decideRest(page);
    await page.getByRole("heading", { name: "Decided by a person", exact: true }).waitFor();
    await headline(page, /^\d+.findings? stands?$/);
    await page.reload();
    await page.locator(".decisions li").filter({ hasText: note }).waitFor();
  });

  it("say what a fork asks and costs before it is paid, and compare two runs by words", async () => {
    const page = await comeIn("");
    await start(page, 2);
    await headline(page, /stand/);
    const first = new URL(page.url()).searchParams.get("run");
    await page.locator("#answer").waitFor();
    await decideRest(page);
    await page.locator("#fork dl.cost").waitFor();
    expect(await page.locator("#fork dl.cost").innerText()).toContain("12 calls");
    await page.locator("#fork select").selectOption("qodo");
    await page.locator("#fork dl.cost").filter({ hasText: "qodo" }).waitFor();
    expect(await page.locator("#fork dl.cost").innerText()).toContain("11 calls");
    await page.getByLabel("Another input").check();
    await page.getByLabel("Input, as JSON").fill('{ "pull": 3, "fast": true }');
    await page.locator("#fork dl.cost").filter({ hasText: "0 calls" }).waitFor();
    await page.locator("#fork").getByRole("button", { name: "Fork" }).click();
    await page.waitForURL((url) => url.searchParams.get("run") !== first);
    await headline(page, /stand/);
    await page.getByRole("link", { name: "Compare", exact: true }).last().click();
    await page.getByRole("heading", { name: "Verdicts that changed" }).waitFor();
    expect(await page.locator("p.xs").first().innerText()).toMatch(
      /^The second is a fork of the first/,
    );
    await page.locator(".ch ins").first().waitFor();
    expect(await page.locator(".ch del").count()).toBeGreaterThan(0);
    const [before] = await page.locator(".vs h2").allInnerTexts();
    await page.getByRole("button", { name: "Swap" }).click();
    await page
      .locator(".vs h2")
      .nth(1)
      .filter({ hasText: before ?? "" })
      .waitFor();
  });

  it("pause, and say how many events wait, and go on with them", async () => {
    const page = await comeIn("");
    await start(page, 3);
    await page.getByRole("button", { name: "Live" }).click();
    const shown = await page.locator("#answer").innerText();
    await page.getByRole("button", { name: /^Paused, \d+ events? wait/ }).waitFor();
    expect(await page.locator("#answer").innerText()).toBe(shown);
    await page.getByRole("button", { name: /^Paused/ }).click();
    await headline(page, /^\d+.finding/);
  });

  it("cancel a run that goes on, once somebody has said so twice", async () => {
    const page = await comeIn("");
    await start(page, 4);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Really cancel?" }).click();
    await headline(page, /^Cancelled/);
  });

  it("can be used by the keyboard alone", async () => {
    const page = await come("");
    await page.getByLabel("Token").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("token");
    await page.keyboard.type(served.token);
    await page.keyboard.press("Enter");
    await page.locator("a.rn").first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("/pull=8330/");
    await page.getByText(/^1 of \d+/).waitFor();
    await page.locator('a.rn[tabindex="0"]').focus();
    await page.keyboard.press("Enter");
    await headline(page, WAITS);
    // To a position by the arrow keys, then a note, and who decides.
    await page.getByLabel("It stands").focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByLabel("It does not").isChecked()).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.type("kept by a key");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Decide");
    await page.goBack();
    await page.locator("a.rn").first().waitFor();
    await page.locator('a.rn[tabindex="0"]').focus();
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("rn");
  });

  it("refuse a token that is not known, and sign out", async () => {
    const page = await come("");
    await page.getByLabel("Token").fill("another one");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await signIn(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    await page.reload();
    await page.getByLabel("Token").waitFor();
  });

  it("tell at once what is wrong with an input", async () => {
    const page = await comeIn("?new=");
    await page.getByLabel("Input", { exact: true }).fill('{ "pull": 1 ');
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText(/^This is not JSON/).waitFor();
    await page.getByLabel("Input", { exact: true }).fill('{ "pull": 1 }');
    await page.getByRole("button", { name: "What will it take?" }).click();
    await page.locator("dl.cost").filter({ hasText: "12 agents" }).waitFor();
  });

  it("list hundreds of runs, of which those in view stand in the page, by team, status, tag and words", async () => {
    const page = await comeIn("?team=many");
    await page.locator("a.rn").first().waitFor();
    expect(await page.locator("a.rn").count()).toBeLessThan(60);
    await page.getByText("100 runs so far").waitFor();
    await page.getByRole("button", { name: "Older runs" }).click();
    await page.getByText("200 runs so far").waitFor();
    await page.getByRole("button", { name: "Older runs" }).click();
    await page.locator(".filters .end").getByText("230 runs").waitFor();
    expect(await page.getByRole("button", { name: "Complete 230" }).count()).toBe(1);
    await page.locator('a.rn[tabindex="0"]').focus();
    await page.keyboard.press("End");
    await page.locator("a.rn", { hasText: "run-0" }).first().waitFor();
    expect(await page.locator("a.rn").count()).toBeLessThan(60);
    await page.getByLabel("Tag, as name=value").fill("half=1");
    await page.keyboard.press("Enter");
    await page
      .locator(".filters .end")
      .getByText(/^115 runs$|^100 runs so far$/)
      .waitFor();
    await page.getByText("115 runs", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Failed" }).click();
    await page.getByText("No run matches.").waitFor();
    await page.reload();
    await page.getByText("No run matches.").waitFor();
  });

  it("show what agents wrote as text everywhere, and nothing of it runs", async () => {
    const page = await comeIn("?q=hostile");
    await page.locator("a.rn").first().waitFor();
    expect(await page.locator("a.rn").innerText()).toContain("<b>board");
    await page.locator("a.rn").click();
    await page.locator("#answer").waitFor();
    expect(await page.locator("body").innerText()).toContain(HOSTILE_TEXTS[0]);
    await page.goto(`${served.url}?compare=hostile&with=${DEMO_RUN}`);
    await page.getByRole("heading", { name: "Answers that changed" }).waitFor();
    await page.goto(`${served.url}?run=<script>window.harmed=1</script>`);
    await page.getByText("There is no such run here.").waitFor();
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.evaluate(() => Reflect.get(window, "harmed") as unknown)).toBeUndefined();
  });

  it("load what draws charts on the page of the agents alone, and show how fast and how dear they are", async () => {
    const page = await comeIn("");
    const charts: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/charts-")) charts.push(request.url());
    });
    await page.route("**/api/agents?*", (route) => route.fulfill({ json: AGENTS }));
    expect(charts).toEqual([]);
    await page.getByRole("link", { name: "Agents" }).click();
    await page.locator(".chart svg").nth(1).waitFor();
    expect(charts).toHaveLength(1);
    expect(await page.locator("table.agents tbody tr").count()).toBe(2);
    await page.getByRole("button", { name: "Latency" }).click();
    expect(await page.locator("table.agents tbody tr").first().innerText()).toContain("kg");
  });

  it("show the agents of runs that were", async () => {
    const page = await comeIn("?agents=code-review-board");
    await page.locator("table.agents tbody tr").first().waitFor();
    expect(await page.locator("table.agents").innerText()).toContain("graphite");
    const licences = await page.request.get(`${served.url}assets/licences.txt`);
    expect(await licences.text()).toContain("@observablehq/plot");
  });
});

const PLACES = [
  ["the list of runs", "?team=code-review-board"],
  ["a run", `?run=${DEMO_RUN}`],
  ["a run of hostile agents", "?run=hostile"],
  ["a new run", "?new="],
  ["the agents", "?agents=code-review-board"],
  ["two runs", `?compare=${DEMO_RUN}&with=hostile`],
] as const;

const VIEWS: readonly View[] = [
  { width: 1440, height: 1000, scheme: "light" },
  { width: 1440, height: 1000, scheme: "dark" },
  { width: 390, height: 844, scheme: "light" },
  { width: 390, height: 844, scheme: "dark" },
];

describe.each(VIEWS)("a served page at $width $scheme", (view) => {
  it("has nothing that axe finds wrong, and scrolls not sideways, wherever one is", async () => {
    const page = await come("", { view });
    await page.getByLabel("Token").waitFor();
    expect(await wrongWith(page)).toEqual([]);
    await signIn(page);
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    for (const [place, path] of PLACES) {
      await page.goto(served.url + path);
      await page.locator("h1").waitFor();
      await page.locator(".loading").first().waitFor({ state: "detached" });
      const found = { place, wrong: await wrongWith(page), overhang: await overhang(page) };
      expect(found).toEqual({ place, wrong: [], overhang: 0 });
    }
  });
});

const estimate = (agent: string, accuracy: number) => ({
  agent,
  accuracy,
  interval: [accuracy - 0.1, accuracy + 0.1],
  weight: 1,
  trials: 40,
  topics: [
    {
      topic: "cal.com",
      accuracy,
      interval: [accuracy - 0.2, accuracy + 0.2],
      weight: 1,
      trials: 20,
    },
  ],
});

/** What a server that has learned something says of two agents. */
const AGENTS = {
  team: "code-review-board",
  learned: {
    findings: {
      format: 1,
      labels: "fixed",
      estimator: "one-coin",
      why: "There are few truths.",
      subjects: 60,
      votes: 80,
      truths: 40,
      pool: { accuracy: 0.5, interval: [0.4, 0.6], weight: 1 },
      agents: [estimate("graphite", 0.7), estimate("kg", 0.4)],
      collision: 0.2,
      positions: 2,
    },
  },
  agents: [
    {
      agent: "graphite",
      calls: 4,
      failed: 1,
      latencyMs: [900, 700, 800],
      usdMicros: [5700, 5800, null],
      models: ["small"],
    },
    {
      agent: "kg",
      calls: 3,
      failed: 0,
      latencyMs: [300, 350, 320],
      usdMicros: [null, null, null],
      models: [],
    },
  ],
  calibration: {
    bins: [
      { mean: 0.55, right: 4, of: 10, interval: [0.17, 0.69] },
      { mean: 0.8, right: 9, of: 10, interval: [0.6, 0.98] },
    ],
  },
};

/** Runs of another team, which say little. */
async function shortRuns(many: number): Promise<readonly (readonly RunEvent[])[]> {
  const team = supervisor({
    name: "many",
    agents: { one: agent({ name: "one", run: () => "ship" }) },
    backend: memory(),
  });
  const logs: (readonly RunEvent[])[] = [];
  for (let index = 0; index < many; index++) {
    const runId = `run-${index}`;
    await team.run({} as never, { runId, tags: { half: String(index % 2) } });
    logs.push(await team.backend.store.read(runId));
  }
  return logs;
}
