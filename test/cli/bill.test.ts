import { describe, expect, it } from "vitest";
import { billLines } from "../../src/cli/shown/bill-lines.ts";
import { eventText } from "../../src/cli/shown/event-line.ts";
import { money } from "../../src/report/money.ts";
import { spendingLines } from "../../src/cli/shown/bill-page.ts";
import { table } from "../../src/cli/shown/table.ts";
import { columnsOf } from "../../src/cli/shown/wrap.ts";
import type { Bill, EventBody, RunEvent } from "../../src/index.ts";
import { addBills } from "../../src/index.ts";
import { sqlite } from "../../src/sqlite/index.ts";
import { folder, quorate, team } from "./command.ts";
import { piped } from "./piped.ts";

const none = { calls: 0, usdMicros: 0 };
const cost = { usdMicros: 4_200, inputTokens: 12_345, outputTokens: 67 };
const unknown = { usdMicros: "unknown", inputTokens: "unknown", outputTokens: "unknown" } as const;
const bill: Bill = {
  calls: 9,
  attempts: 7,
  spent: cost,
  saved: {
    cache: { calls: 3, usdMicros: 12_000 },
    joined: { calls: 1, usdMicros: "unknown" },
    fork: none,
    duplicates: { calls: 5, usdMicros: 100 },
    batch: { calls: 1.999_999_9, usdMicros: "unknown" },
    tier: { calls: 1, usdMicros: 31 },
    earlyStop: { calls: 1, usdMicros: "unknown" },
  },
  wasted: { retries: { calls: 2, usdMicros: 400 }, late: none, inDoubt: none },
  lines: [
    { agent: "style", model: null, calls: 6, attempts: 4, cost: unknown, durationMs: 5 },
    { agent: "security", model: "large", calls: 3, attempts: 3, cost, durationMs: 61_000 },
  ],
};

describe("money", () => {
  it("has as many digits as it needs, and only nothing is $0", () => {
    const amounts = [0, 1, 42, 4_200, 10_000, 1_230_000, 99_999_900, 1_234_567_890];
    expect(amounts.map(money)).toEqual([
      "$0",
      "$0.000001",
      "$0.000042",
      "$0.0042",
      "$0.01",
      "$1.23",
      "$99.9999",
      "$1,234.57",
    ]);
  });
});

describe("the bill of a run", () => {
  it("says what it took, what was saved and wasted, and who took it, the dearest first", () => {
    expect(billLines(bill, piped())).toEqual([
      "  9 calls, 7 attempts; $0.0042; 12,345 tokens in, 67 out",
      "  saved    3 calls by kept answers ($0.012), 1 call by joining others (cost",
      "           unknown), 5 calls by asking the same once ($0.0001), 2 requests by",
      "           batches, 1 call by cheaper tiers ($0.000031), 1 call by stopping",
      "           early",
      "  wasted   2 attempts that failed ($0.0004)",
      "",
      "  agent     model  calls  attempts  tokens in      out     cost        time",
      "  security  large      3         3     12,345       67  $0.0042  1 min 01 s",
      "  style                6         4    unknown  unknown  unknown        5 ms",
    ]);
  });

  it("is a sentence where nobody reported anything, and where it was kept by an earlier version", () => {
    const silent = { ...addBills([]), calls: 4, attempts: 5, spent: unknown };
    expect(billLines(silent, piped())).toHaveLength(1);
    // Some may have reported: a sum with what nobody knows is not known either.
    expect(billLines(silent, piped()).join()).toContain("not all of it was reported");
    const { calls, attempts, spent } = bill;
    expect(billLines({ calls, attempts, spent } as Bill, piped())).toEqual([
      "  9 calls, 7 attempts; $0.0042; 12,345 tokens in, 67 out",
    ]);
  });

  it("leaves columns out, and cuts names, but no figures, where there is no room", () => {
    const long = { ...bill.lines[1], agent: "a very long name of an agent \u001b[2J".repeat(3) };
    const wide = { ...bill, lines: [long as (typeof bill.lines)[number]] };
    for (const columns of [40, 50, 60, 80, 100]) {
      const lines = billLines(wide, piped(columns));
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(lines.at(-1)).toContain("$0.0042");
      expect(lines.join("")).not.toContain("\u001b");
    }
  });
});

describe("a table", () => {
  it("has no column in which nothing stands", () => {
    const columns = [
      { title: "a", kind: "text", cells: ["x", "yy"] },
      { title: "b", kind: "text", cells: ["", ""] },
      { title: "c", kind: "number", cells: ["1", "22"] },
    ] as const;
    expect(table(columns, piped())).toEqual(["  a    c", "  x    1", "  yy  22"]);
  });
});

describe("what becomes of calls and money while a run goes on", () => {
  const said = (body: EventBody): string =>
    eventText({ ...body, runId: "run", seq: 1, atMs: 0 } as RunEvent);
  const call = { callId: "security", agent: "security", role: "agent", attempt: 1 } as const;
  const busy = { code: "AGENT_FAILED", message: "security failed: 429" } as const;

  it("is one clear line each", () => {
    const requeued = { ...call, limiter: "openai", error: busy, waitMs: 2_000, cost: unknown };
    expect(said({ type: "call.requeued", ...requeued })).toBe(
      "security told to come later by openai; queues again in 2.00 s: 429",
    );
    expect(said({ type: "budget.overran", ...call, reserved: 1_000, cost })).toBe(
      "security cost $0.0042, more than the $0.001 that it may: nothing new begins under that budget",
    );
    expect(
      said({ type: "call.escalated", ...call, why: "schema-fail", next: "security~strong" }),
    ).toBe("security failed its schema: asking security~strong");
    const stop = { ...call, reason: "early-stop", detail: "nothing depends on it" } as const;
    expect(said({ type: "call.skipped", ...stop })).toBe("security skipped: nothing depends on it");
  });
});

const cwd = folder();
const run = async (script: object, variables: Readonly<Record<string, string>> = {}) =>
  quorate(["run", team("priced"), "--input", "-"], cwd, JSON.stringify(script), variables);

describe("quorate plan", () => {
  it("tells what would be asked and what that takes, makes no database, and asks nobody", async () => {
    const empty = folder();
    const planned = await quorate(["plan", team("priced"), "--input", "-"], empty, "{}");
    expect(planned).toMatchObject({ code: 0, stderr: "" });
    expect(planned.stdout).toMatch(/1 +security +large +2 +\? +\? +\$0\.018 +2 min 00 s/);
    expect(planned.stdout).toMatch(/2 +chief +mini +judge +8 /);
    expect(planned.stdout).toContain("at worst  $0.0378");
    const { code, stderr } = await quorate(["runs"], empty);
    expect({ code, stderr: stderr.slice(0, 29) }).toEqual({
      code: 2,
      stderr: "quorate: There is no database",
    });
  });

  it("expects what runs before took, knows what is kept, and says by its code what does not fit", async () => {
    await run({ style: "ship" });
    const args = ["plan", team("priced"), "--input", "-"];
    const known = await quorate(args, cwd, '{"style":"ship"}');
    expect(known.code).toBe(0);
    expect(known.stdout).toContain("2 agents; 1 answer is kept. No agent was asked.");
    expect(known.stdout).toMatch(/expected {2}\$0\.00046, \d+ ms \(medians of 1 run\)/);
    const ofAnother = await quorate([...args, "--tenant", "acme"], cwd, '{"style":"ship"}');
    expect(ofAnother.stdout).not.toContain("kept");
    const tight = await quorate([...args, "--json"], cwd, "{}", { BUDGET: "0.01" });
    expect(tight.code).toBe(3);
    const { budgets } = JSON.parse(tight.stdout) as { budgets: readonly { fits: boolean }[] };
    expect(budgets.map(({ fits }) => fits)).toEqual([false, true]);
    const page = await quorate(args, cwd, "{}", { BUDGET: "0.01" });
    expect(page.stdout).toContain("$0.01: the worst case of $0.0378 does not fit");
    for (const line of page.stdout.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  it("refuses what the run would refuse", async () => {
    const refused = await quorate(
      ["plan", team("priced"), "--input", "-", "--agents", "nobody"],
      folder(),
      "{}",
    );
    expect(refused).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("quorate bill", () => {
  it("adds up runs by team, agent and model, with what was saved, the dearest runs, and shared budgets", async () => {
    await run({ security: "hold", style: "fail" });
    await quorate(["run", team("scripted"), "--input", "-"], cwd, "{}");
    const { code, stdout } = await quorate(["bill", "--since", "1h"], cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 runs since \d{4}-\d\d-\d\d \d\d:\d\d: 9 calls, 10 attempts;/);
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "; at least $0.0132; 3 of 9 calls reported nothing; at least 12,000 tokens in, 1,000 out; the cost of 1 run is not all known",
    );
    expect(stdout).toMatch(/wasted +1 attempt that failed \(\$0\.00046\)/);
    expect(stdout).toMatch(/security +large +2 +2 +2,400 +160 +\$0\.0092/);
    expect(stdout).toMatch(/priced +2 +\$0\.0133\n +scripted +1 +unknown +1 run\n/);
    expect(stdout).toMatch(/all of them +\$0\.0133 +\$0/);
    for (const line of stdout.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    const json = JSON.parse((await quorate(["bill", "--json"], cwd)).stdout) as {
      total: Bill;
      all: object;
    };
    expect(json.all).toEqual({ name: "", runs: 3, usdMicros: 13_280, unknownRuns: 1 });
    expect(json.total.calls).toBe(9);
  });

  it("has a run that has not ended as far as its log has come, and one of an earlier version by its events", async () => {
    const place = folder();
    const store = sqlite({ path: `${place}/quorate.db` }).store;
    const atMs = Date.now();
    const began = { type: "run.started", supervisor: { name: "old" }, input: 1 } as const;
    const call = { callId: "a", agent: "a", role: "agent", attempt: 1 } as const;
    const started = { type: "call.started", ...call } as const;
    const ended = { ...call, durationMs: 1, output: 1, cost };
    const { calls, attempts, spent } = bill;
    const bodies: readonly EventBody[] = [
      began,
      started,
      { type: "call.succeeded", ...ended },
      {
        type: "run.finished",
        status: "complete",
        missing: [],
        bill: { calls, attempts, spent } as Bill,
      },
    ];
    for (const [runId, many] of [
      ["finished", 4],
      ["open", 3],
    ] as const) {
      await store.append(
        bodies.slice(0, many).map((body, index) => ({ ...body, runId, seq: index + 1, atMs })),
      );
    }
    await store.close();
    const { stdout } = await quorate(["bill"], place);
    expect(stdout).toMatch(/^2 runs: 2 calls, 2 attempts; \$0\.0084; 24,690 tokens in, 134 out\n/);
  });

  it("draws a bar for each day, of plain signs when piped", () => {
    const spent = (name: string, usdMicros: number) => ({
      name,
      runs: 1,
      usdMicros,
      unknownRuns: 0,
    });
    const days = [
      spent("2026-11-20", 1_000_000),
      spent("2026-11-21", 0),
      spent("2026-11-22", 500_000),
    ];
    const lines = spendingLines(
      {
        sinceMs: null,
        total: addBills([]),
        teams: [],
        days,
        dearest: [],
        all: spent("", 1_500_000),
        budgets: [],
      },
      piped(),
      false,
    );
    expect(lines.join("\n")).not.toContain("a day");
    const bars = lines.filter((line) => line.includes("2026-11")).map((line) => line.split("$")[1]);
    expect(bars).toEqual([`1.00  ${"#".repeat(40)}`, "0", `0.50  ${"#".repeat(20)}`]);
  });

  it("draws what was spent day by day in one line on a terminal, with the days between", () => {
    const spent = (name: string, usdMicros: number) => ({
      name,
      runs: 1,
      usdMicros,
      unknownRuns: 0,
    });
    const linesOf = (...days: readonly ReturnType<typeof spent>[]): string | undefined =>
      spendingLines(
        {
          sinceMs: null,
          total: addBills([]),
          teams: [],
          days,
          dearest: [],
          all: spent("", 1_500_000),
          budgets: [],
        },
        { ...piped(), live: true },
        false,
      ).find((line) => line.includes("a day"));
    expect(
      linesOf(
        spent("2026-11-20", 1_000_000),
        spent("2026-11-22", 500_000),
        spent("2026-11-23", 1_000),
      ),
    ).toBe("  a day    █ ▄▁  since 2026-11-20, at most $1.00");
    expect(linesOf(spent("2026-11-20", 1_000_000))).toBeUndefined();
    expect(linesOf(spent("2026-11-20", 0), spent("2026-11-21", 0))).toBeUndefined();
    const far = linesOf(spent("2020-01-01", 5_000_000), spent("2026-11-20", 1_000_000));
    expect(far).toMatch(/since 2026-10-22, at most \$1\.00$/);
  });
});
