import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { folder, quorate, start, type Started } from "../cli/command.ts";
import { postgresServer } from "../postgres/server.ts";
import { openBrowser, visit } from "./browser.ts";

const BOARD = fileURLToPath(new URL("../../examples/code-review-board/team.ts", import.meta.url));

const server = postgresServer();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => browser.close());

// docs/scale.md, "Workers": the same team file and the same database for each process, and nothing else.
it("the review board, unchanged, is carried out by two workers over PostgreSQL, and the pages of quorate serve show it", async () => {
  const cwd = folder();
  const token = "t".repeat(40);
  const variables = { QUORATE_DB: server.url, QUORATE_TOKEN: token };
  const open = (...args: readonly string[]): Started => {
    const started = start(args, cwd, "", variables);
    onTestFinished(() => void started.child.kill("SIGKILL"));
    return started;
  };
  const workers = [1, 2].map(() => open("worker", BOARD, "--concurrency", "1"));
  for (const worker of workers) await worker.printed("working on runs of code-review-board");
  const pulls = ["1", "2", "3", "4"];
  for (const pull of pulls) {
    const args = ["run", BOARD, "--input", `{"pull":${pull}}`, "--detach", "--id", `pull-${pull}`];
    expect(await quorate(args, cwd, "", variables)).toMatchObject({ code: 0, stderr: "" });
  }
  const serving = open("serve", BOARD, "--port", "0");
  let said = "";
  serving.child.stdout?.on("data", (part) => (said += String(part)));
  await serving.printed("sign in with");
  // Both have a part in it.
  for (const worker of workers) await worker.printed(" complete");
  const { page, complaints, context } = await visit(browser, /at (\S+)/.exec(said)?.[1] ?? "", {
    ignored: /status of 401/,
  });
  onTestFinished(async () => context.close());
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  const rows = page.locator("a.rn").filter({ hasText: "complete" });
  await expect.poll(() => rows.count()).toBe(pulls.length);
  await page.locator('a.rn[href*="run=pull-2"]').click();
  await page.locator("#answer").waitFor();
  const text = await page.locator("main").innerText();
  for (const reviewer of ["augment", "claude", "qodo"]) expect(text).toContain(reviewer);
  expect(complaints).toEqual([]);
});
