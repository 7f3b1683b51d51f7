import { addCost, known, NO_COST, type Cost, type KnownCost } from "../../../src/model/call.ts";
import type { Amount, Bill } from "../../../src/model/outcome.ts";
import type { CallView, RunView } from "../../../src/report/run-view.ts";
import { costCell, knownMicros, whyUnknown } from "../../../src/report/spent.ts";
import { count, dollars } from "./words.ts";

/** What one agent cost. */
export interface AgentCost {
  readonly agent: string;
  readonly cost: Cost;
  /** The known part of `cost` that went to failed or late attempts, in micro-dollars. */
  readonly wasted: number;
  /** The known cost of its cached answers when they were made, in micro-dollars. */
  readonly saved: number;
}

/** An amount of the bill, with its description. */
export interface CostSum {
  readonly cost: Cost;
  readonly words: string;
}

/** What a run cost: its bill, and the agents' shares. */
export interface Costs {
  readonly calls: number;
  readonly attempts: number;
  /** `undefined` until a call has ended. Its words say why the amount is not fully known; empty if it is. */
  readonly spent: CostSum | undefined;
  readonly saved: CostSum;
  readonly wasted: CostSum;
  /** Most expensive first, then those that saved, then those whose cost is unknown. */
  readonly agents: readonly AgentCost[];
}

export function costsOf(run: RunView, bill: Bill): Costs {
  const { calls, attempts, spent, saved, wasted } = bill;
  const hasBegun = [...run.calls.values()].some(({ cost }) => cost !== undefined);
  return {
    calls,
    attempts,
    spent: hasBegun ? { cost: spent, words: whyUnknown(bill).join("; ") } : undefined,
    saved: sumOf([
      part(saved.panel, "agent", "not asked"),
      part(saved.earlyStop, "agent", "stopped early"),
      part(saved.cache, "answer", "from the cache"),
      part(saved.joined, "answer", "of other runs"),
      part(saved.fork, "answer", "of the run before"),
      part(saved.duplicates, "answer", "of equal tasks"),
      part(saved.tier, "call", "by cheaper tiers"),
      part(saved.batch, "request", "by batches"),
    ]),
    wasted: sumOf([
      part(wasted.retries, "attempt", "failed"),
      part(wasted.late, "attempt", "came too late"),
      part(wasted.inDoubt, "attempt", "of unknown end"),
    ]),
    agents: agentsOf(run, bill),
  };
}

function part(
  { calls, usdMicros, atLeast }: Amount = { calls: 0, usdMicros: 0 },
  one: string,
  how: string,
): CostSum {
  const many = Math.round(calls);
  return {
    cost: { ...NO_COST, usdMicros, ...leastOf(atLeast) },
    words: many === 0 ? "" : `${count(many, one)} ${how}`,
  };
}

function leastOf(usdMicros: number | undefined): Pick<Cost, "atLeast"> {
  return usdMicros === undefined ? {} : { atLeast: { ...NOTHING_KNOWN, usdMicros } };
}

const NOTHING_KNOWN: KnownCost = { usdMicros: 0, inputTokens: 0, outputTokens: 0 };

function sumOf(parts: readonly CostSum[]): CostSum {
  const words = parts.map((one) => one.words).filter((one) => one !== "");
  return {
    cost: parts.reduce((sum, { cost }) => addCost(sum, cost), NO_COST),
    words: words.join(", ") || "nothing",
  };
}

function agentsOf({ calls }: RunView, { lines }: Bill): readonly AgentCost[] {
  // A team's cost is that of its agents, unless its answer came from elsewhere.
  const own = [...calls.values()].filter(
    ({ role, reusedFrom }) => role !== "team" || reusedFrom !== undefined,
  );
  const byAgent = Map.groupBy(own, ({ agent }) => agent);
  return [...Map.groupBy(lines, ({ agent }) => agent)]
    .map(([agent, of]): AgentCost => {
      const sum = (micros: (call: CallView) => number): number =>
        (byAgent.get(agent) ?? []).reduce((total, call) => total + micros(call), 0);
      return {
        agent,
        cost: of.reduce((total, { cost }) => addCost(total, cost), NO_COST),
        wasted: sum(({ failedCost, lateCost }) => micros(failedCost) + micros(lateCost)),
        saved: sum(({ saved }) => micros(saved)),
      };
    })
    .toSorted(dearestFirst);
}

function micros(cost: Cost | undefined): number {
  return cost === undefined ? 0 : known(cost, "usdMicros");
}

function dearestFirst(a: AgentCost, b: AgentCost): number {
  return (knownMicros(b.cost) ?? -1) - (knownMicros(a.cost) ?? -1) || b.saved - a.saved;
}

/** `$0.4018`, `≥ $0.4018`, `unknown`, `$0`. */
export function costText(cost: Cost): string {
  return cost.usdMicros === "unknown" ? costCell(cost) : dollars(cost.usdMicros);
}
