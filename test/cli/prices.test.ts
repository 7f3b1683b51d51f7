import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Bill, TaskPlan } from "../../src/index.ts";
import { folder, quorate, team } from "./command.ts";

const date = "2026-11-30";
const TEN_TIMES = {
  mini: { input: 2.5, output: 20, date },
  large: { input: 25, output: 200, date },
};

/** Runs a command in a folder that has this as its price list. */
async function withPrices(prices: unknown, args: readonly string[], cwd = folder()) {
  writeFileSync(join(cwd, "prices.json"), JSON.stringify(prices));
  const given = ["--prices", "prices.json"];
  return { cwd, ...(await quorate([...args, ...given], cwd, '{"security":"hold"}')) };
}

const run = ["run", team("priced"), "--input", "-", "--json"];

describe("--prices FILE", () => {
  it("has a run billed by the prices in a file, whatever its team says of those models", async () => {
    const dear = await withPrices(TEN_TIMES, run);
    const bill = (text: string): Bill => (JSON.parse(text) as { readonly bill: Bill }).bill;
    const usual = await quorate(run, folder(), '{"security":"hold"}');
    const [most, some] = [bill(dear.stdout).spent.usdMicros, bill(usual.stdout).spent.usdMicros];
    expect(some).toBeGreaterThan(0);
    expect(most).toBe(10 * Number(some));
  });

  it("leaves models that are not in the file their prices of the team", async () => {
    const { stdout } = await withPrices({ mini: TEN_TIMES.mini }, run);
    const { lines } = (JSON.parse(stdout) as { readonly bill: Bill }).bill;
    const costs = new Map(lines.map(({ agent, cost }) => [agent, cost.usdMicros]));
    expect(costs.get("security")).toBe(4_600);
    expect(costs.get("style")).toBe(4_600);
  });

  it("has a plan reckoned and a fork billed by them, and reads them before a run is gone on with", async () => {
    const plan = await withPrices(TEN_TIMES, ["plan", team("priced"), "--input", "-", "--json"]);
    const usual = await quorate(["plan", team("priced"), "--input", "-", "--json"], folder(), "{}");
    const worst = (text: string): unknown => (JSON.parse(text) as TaskPlan).worst.usdMicros;
    expect(worst(plan.stdout)).toBe(10 * Number(worst(usual.stdout)));
    const { cwd } = await withPrices(TEN_TIMES, [...run, "--id", "one"]);
    const args = [team("priced"), "one", "--json"];
    const fork = await withPrices(TEN_TIMES, ["fork", ...args, "--from", "style"], cwd);
    const { lines } = (JSON.parse(fork.stdout) as { readonly bill: Bill }).bill;
    expect(lines.find(({ agent }) => agent === "style")?.cost.usdMicros).toBe(4_600);
    const resumed = await withPrices({ mini: 7 }, ["resume", ...args], cwd);
    expect(resumed.stderr).toMatch(/^quorate: prices\.json\.mini is 7; use/);
  });

  it("is refused in one sentence where the file is not there, is no JSON, or has what is no price", async () => {
    const missing = await quorate([...run, "--prices", "none.json"], folder(), "{}");
    expect(missing).toMatchObject({
      code: 2,
      stderr: "quorate: none.json cannot be read: there is no such file.\n",
    });
    const odd = await withPrices({ mini: { input: 1, output: "2", date } }, run);
    expect(odd.code).toBe(2);
    expect(odd.stderr).toBe(
      'quorate: prices.json.mini.output is "2"; use US dollars per million tokens, from 0 to 1000000000\n',
    );
    const undated = await withPrices({ mini: { input: 1, output: 2 } }, run);
    expect(undated.stderr).toBe(
      "quorate: prices.json.mini.date is missing; give the day of the price, as 2026-11-22\n",
    );
    const list = await withPrices([], run);
    expect(list.code).toBe(2);
    expect(list.stderr).toMatch(/^quorate: prices\.json is (a list|\[\]|of type object); /);
    const misspelt = await withPrices({ mini: { ...TEN_TIMES.mini, cached: 1 } }, run);
    expect(misspelt.stderr).toMatch(/^quorate: prices\.json\.mini has no option "cached"; /);
  });
});
