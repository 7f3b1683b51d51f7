import { describe, expect, it } from "vitest";
import { agent, memory, supervisor, type Agent, type AgentContext } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

/** An agent that says that it costs at most $0.9, and reports this many dollars. */
function payer(name: string, usd = 0.9): Agent<string, unknown, string> {
  return agent({
    name,
    maxCost: { usd: 0.9 },
    run: async (_: unknown, { report }: AgentContext) => {
      report({ usdMicros: usd * 1_000_000 });
      return "done";
    },
  });
}

/** A run that spends with `before` and stops, and is resumed with `after` in its place; where the budget is of $1. */
async function changed(
  before: Agent<string, unknown, string>,
  after: Agent<string, unknown, string>,
  budgetOf: "root" | "run" | "nested team",
) {
  const clock = virtualClock();
  const backend = memory({ resumable: true, clock });
  const budget = { usd: 1 };
  const controller = new AbortController();
  const waits = agent({
    name: "waits",
    cost: "free",
    run: (_: unknown, { signal }: AgentContext) =>
      new Promise<string>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  });
  const made = (agents: Record<string, Agent<string, unknown, string>>) => {
    const inner = supervisor({
      name: "inner",
      agents,
      ...(budgetOf === "nested team" && { budget }),
    });
    return supervisor({
      name: "team",
      agents: { inner },
      ...(budgetOf === "root" && { budget }),
      backend,
      clock,
    });
  };
  const options = budgetOf === "run" ? { budget } : {};
  const first = made({ [before.name]: before, waits }).run("task", {
    ...options,
    runId: "r",
    signal: controller.signal,
  });
  first.catch(() => {});
  await clock.advance(10);
  controller.abort("stop");
  await clock.advance(6_000);
  await expect(first).rejects.toBe("stop");
  const outcome = await made({ [after.name]: after }).resume("r", options);
  return outcome.bill.spent.usdMicros;
}

describe("a budget of a run that is resumed with another team", () => {
  it.each(["root", "run", "nested team"] as const)(
    "of the %s knows what agents have spent that are no longer in it",
    async (budgetOf) => {
      expect(await changed(payer("old"), payer("new"), budgetOf)).toBe(900_000);
      // As it does if the agent is the same.
      expect(await changed(payer("same", 0.05), payer("other", 0.05), budgetOf)).toBe(100_000);
    },
  );

  it.each(["root", "run", "nested team"] as const)(
    "of the %s stays closed after an agent has cost more than it was said to, and left",
    async (budgetOf) => {
      const liar = agent({
        name: "liar",
        maxCost: { usd: 0.01 },
        run: async (_: unknown, { report }: AgentContext) => {
          report({ usdMicros: 20_000 });
          return "done";
        },
      });
      expect(await changed(liar, payer("new"), budgetOf)).toBe(20_000);
    },
  );
});
