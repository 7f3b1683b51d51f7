// Whatever the models of an attempt, and wherever its run crashes: the bill has for each agent and model what was reported of it.
//
//   FC_RUNS=2000 vitest run test/money/models-resumed.test.ts --testTimeout=0

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  agent,
  billOf,
  memory,
  supervisor,
  type AgentContext,
  type Bill,
  type Outcome,
  type RunEvent,
} from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

const RUN = "run";
const date = "2026-11-22";
const PRICES = {
  mini: { input: 1, output: 2, date },
  large: { input: 10, output: 20, date },
};

/** What an attempt reports of one model: an amount, or tokens that have a price or none. */
interface Report {
  readonly model: "mini" | "large" | "unlisted" | undefined;
  readonly usdMicros: number | undefined;
  readonly tokens: number;
}

/** What an attempt does. */
interface Step {
  readonly reports: readonly Report[];
  readonly end: "answers" | "doubts" | "fails";
}

const report = fc.record<Report>({
  model: fc.constantFrom("mini", "large", "mini", "large", undefined, "unlisted"),
  usdMicros: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  tokens: fc.integer({ min: 1, max: 9 }),
});
const step = fc.record<Step>({
  reports: fc.array(report, { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom("answers", "answers", "doubts", "fails"),
});
const script = fc.array(step, { minLength: 1, maxLength: 7 });

/** What was reported of an agent's model; `undefined` for what nobody knows. */
type Reported = Map<string, number | undefined>;

/** The team of a script, of which every attempt does the same whenever it is made. */
function teamOf(steps: readonly Step[], store: Store, reported: Reported) {
  const act = (name: string, { callId, attempt, tier, report: tell }: AgentContext): string => {
    const at = [...`${callId} ${attempt}`].reduce((sum, char) => sum + char.charCodeAt(0), 0);
    const { reports, end } = steps[at % steps.length] ?? { reports: [], end: "answers" };
    const asked = tier === "small" ? "mini" : "large";
    for (const { model, usdMicros, tokens } of reports) {
      const usage = { inputTokens: tokens, outputTokens: 1, ...(model !== undefined && { model }) };
      tell(usdMicros === undefined ? usage : { ...usage, usdMicros });
      const of = model ?? asked;
      const { input, output } = (PRICES as Partial<typeof PRICES>)[of as "mini"] ?? {};
      const price =
        input === undefined || output === undefined ? undefined : tokens * input + output;
      const key = `${name} ${of}`;
      const [before, more] = [reported.has(key) ? reported.get(key) : 0, usdMicros ?? price];
      reported.set(key, before === undefined || more === undefined ? undefined : before + more);
    }
    if (end === "fails") throw Object.assign(new Error("no"), { retryable: true });
    return end;
  };
  const made = <const Name extends string>(name: Name, options: object = {}) =>
    agent({
      name,
      version: "1",
      backoff: { baseMs: 0 },
      escalateIf: [(output: unknown) => output === "doubts"],
      ...options,
      run: (_: unknown, context: AgentContext) => act(name, context),
    } as never);
  const deputy = made("deputy", { tier: "strong" });
  const inner = supervisor({
    name: "inner",
    agents: { c: made("c"), d: made("d", { retries: 2, fallback: deputy }) } as never,
    minAnswers: 0,
  });
  return supervisor({
    name: "team",
    agents: {
      a: made("a", { fallback: deputy }),
      b: made("b", { tier: "strong" }),
      inner,
    } as never,
    tiers: { small: "mini", strong: "large" },
    prices: PRICES,
    minAnswers: 0,
    backend: { store },
  });
}

async function live(
  steps: readonly Step[],
  log: readonly RunEvent[],
): Promise<{
  readonly outcome: Outcome;
  readonly events: readonly RunEvent[];
  reported: Reported;
}> {
  const clock = virtualClock();
  const store = memory({ resumable: true, clock }).store;
  const reported: Reported = new Map();
  const team = teamOf(steps, store, reported);
  let running: Promise<Outcome>;
  if (log.length === 0) running = team.run(1 as never, { runId: RUN });
  else {
    // As from a disk.
    store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    store.release(RUN, 1);
    running = team.resume(RUN);
  }
  const outcome: Outcome = await running;
  return { outcome, events: store.read(RUN) as readonly RunEvent[], reported };
}

/** The money of each agent and model. */
function moneyOf({ lines }: Bill): Readonly<Record<string, number | "unknown">> {
  return Object.fromEntries(
    lines.map(({ agent: name, model, cost }) => [`${name} ${model}`, cost.usdMicros]),
  );
}

describe("the bill of a run by agent and model", () => {
  it("is what its attempts reported, each report at the price of its own model", async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        const { outcome, events, reported } = await live(steps, []);
        const expected = Object.fromEntries(
          [...reported].map(([key, micros]) => [key, micros ?? "unknown"]),
        );
        expect(moneyOf(outcome.bill)).toEqual(expected);
        expect(billOf(events)).toEqual(outcome.bill);
        const all = [...reported.values()];
        const sum = all.includes(undefined)
          ? "unknown"
          : all.reduce<number>((total, micros) => total + (micros ?? 0), 0);
        expect(outcome.bill.spent.usdMicros).toBe(sum);
      }),
    );
  });

  it("is the same when the run crashed between two attempts and was resumed", async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.nat(999), async (steps, place) => {
        const whole = await live(steps, []);
        const kept = 1 + Math.floor(((whole.events.length - 1) * place) / 1_000);
        const resumed = await live(steps, whole.events.slice(0, kept));
        expect(billOf(resumed.events)).toEqual(resumed.outcome.bill);
        const { lines, spent, wasted } = resumed.outcome.bill;
        if (wasted.inDoubt.calls > 0) {
          expect(spent.usdMicros).toBe("unknown");
          return;
        }
        const ofAll = whole.outcome.bill;
        expect(spent).toEqual(ofAll.spent);
        const costs = (bill: Pick<Bill, "lines">): unknown =>
          new Set(bill.lines.map(({ durationMs: _ms, ...line }) => JSON.stringify(line)));
        expect(costs({ lines })).toEqual(costs(ofAll));
      }),
    );
  });
});
