import type { Cost } from "../../../src/model/call.ts";
import type { Amount, Bill } from "../../../src/model/outcome.ts";
import type { CallView, RunView } from "../../../src/report/run-view.ts";
import { count, dollars } from "./words.ts";

/** What one agent took: amounts in micro-dollars, `undefined` where nobody reported one. */
export interface AgentCost {
  readonly agent: string;
  readonly spent: number | undefined;
  /** Of `spent`: for attempts that failed, or were over. */
  readonly wasted: number;
  readonly saved: number;
}

/** What a run took, as it is shown. */
export interface Costs {
  /** All that is known: where `unreported` is above 0 it was at least that. */
  readonly spent: number;
  /** Calls that have ended and of which nobody reported all that they used. */
  readonly unreported: number;
  /** Calls that have ended, or whose answers were there, of which all is known. */
  readonly reported: number;
  readonly calls: number;
  readonly attempts: number;
  readonly saved: number;
  readonly savedWords: string;
  readonly wasted: number;
  readonly wastedWords: string;
  /** Dearest first, then those that saved, then those that reported nothing. */
  readonly agents: readonly AgentCost[];
}

const known = (amount: Cost["usdMicros"] | undefined): number =>
  typeof amount === "number" ? amount : 0;

/** The costs of a run by its calls, and by its bill where there is one. */
export function costsOf(run: RunView, bill: Bill | undefined): Costs {
  const calls = [...run.calls.values()].filter(
    (call) => call.role !== "team" && (call.attempts.length > 0 || call.reusedFrom !== undefined),
  );
  const byAgent = Map.groupBy(calls, ({ agent }) => agent);
  const agents = [...byAgent].map(([agent, own]) => costOf(agent, own)).toSorted(dearestFirst);
  const sum = (of: (cost: AgentCost) => number): number =>
    agents.reduce((total, one) => total + of(one), 0);
  return {
    spent: sum(({ spent = 0 }) => spent),
    unreported: calls.filter((call) => call.cost !== undefined && !isReported(call)).length,
    reported: calls.filter(isReported).length,
    calls: bill?.calls ?? calls.length,
    attempts: bill?.attempts ?? calls.reduce((total, { attempts }) => total + attempts.length, 0),
    saved: sum(({ saved }) => saved),
    savedWords: bill === undefined ? "" : savedWords(bill),
    wasted: sum(({ wasted }) => wasted),
    wastedWords: bill === undefined ? "" : wastedWords(bill),
    agents,
  };
}

function isReported({ cost }: CallView): boolean {
  return typeof cost?.usdMicros === "number";
}

function costOf(agent: string, calls: readonly CallView[]): AgentCost {
  const reported = calls.filter(isReported);
  const sum = (of: (call: CallView) => number): number =>
    calls.reduce((total, call) => total + of(call), 0);
  const spent = sum(({ cost, lateCost }) => known(cost?.usdMicros) + known(lateCost?.usdMicros));
  return {
    agent,
    spent: reported.length === 0 ? undefined : spent,
    wasted: sum(
      ({ failedCost, lateCost }) => known(failedCost?.usdMicros) + known(lateCost?.usdMicros),
    ),
    saved: sum(({ saved }) => known(saved?.usdMicros)),
  };
}

function dearestFirst(a: AgentCost, b: AgentCost): number {
  return (b.spent ?? -1) - (a.spent ?? -1) || b.saved - a.saved;
}

function savedWords({ saved }: Bill): string {
  const { cache, joined, fork, duplicates, batch, tier, panel } = saved;
  return words([
    panel === undefined ? "" : part(panel, "agent", "not asked"),
    part(cache, "answer", "from the cache"),
    part(joined, "answer", "of other runs"),
    part(fork, "answer", "of the run before"),
    part(duplicates, "answer", "of equal tasks"),
    part(tier, "call", "by cheaper tiers"),
    part({ ...batch, calls: Math.round(batch.calls) }, "request", "by batches"),
  ]);
}

function wastedWords({ wasted }: Bill): string {
  const { retries, late, inDoubt } = wasted;
  return words([
    part(retries, "attempt", "failed"),
    part(late, "attempt", "came too late"),
    part(inDoubt, "attempt", "of unknown end"),
  ]);
}

function part({ calls }: Amount, one: string, how: string): string {
  return calls === 0 ? "" : `${count(calls, one)} ${how}`;
}

function words(parts: readonly string[]): string {
  return parts.filter((one) => one !== "").join(", ") || "nothing";
}

/** `$0.4018`, `≥ $0.4018`, `not reported`, `$0`. */
export function spentText({ spent, unreported, reported }: Costs): string {
  if (unreported + reported === 0) return "—";
  if (unreported === 0) return dollars(spent);
  return spent === 0 ? "not reported" : `≥ ${dollars(spent)}`;
}
