import { AMOUNTS, known, type Cost, type KnownCost } from "../model/call.ts";
import type { Bill } from "../model/outcome.ts";
import { money } from "./money.ts";
import { count, whole } from "./quantities.ts";

/** A run's cost as a sentence: how often agents were asked, the known cost, and why it is not all. */
export function billSentence(bill: Bill): string {
  const asked = `${count(bill.calls, "call")}, ${count(bill.attempts, "attempt")}`;
  return `${asked}; ${spentText(bill)}`;
}

/** The known part of what was spent: `at least $0.0083; 1 of 3 calls reported nothing; 1,000 tokens in, 100 out`. */
export function spentText(bill: Pick<Bill, "calls" | "spent">): string {
  const { spent } = bill;
  const tokens = tokensText(spent);
  const isNothing = isUnknown(spent, "usdMicros") && tokens === undefined;
  const amounts = isNothing
    ? ["cost and tokens unknown"]
    : [costText(spent), ...whyUnknown(bill), tokens ?? "tokens unknown"];
  return [...amounts, ...(isNothing ? whyUnknown(bill) : [])].join("; ");
}

/** A cost as far as it is known: `$0.0083`, `at least $0.0083`, `cost unknown`. */
export function costText(cost: Cost): string {
  if (isUnknown(cost, "usdMicros")) return "cost unknown";
  return cost.usdMicros === "unknown"
    ? `at least ${money(roundedDown(known(cost, "usdMicros")))}`
    : money(cost.usdMicros);
}

/** The same for narrow places: `≥ $0.0083`. */
export function costCell(cost: Cost): string {
  return costText(cost).replace("at least", "≥").replace("cost ", "");
}

/** A count of tokens for narrow places: `1,000`, `≥ 1,000`, `unknown`. */
export function tokensCell(cost: Cost, name: "inputTokens" | "outputTokens"): string {
  if (isUnknown(cost, name)) return "unknown";
  return `${cost[name] === "unknown" ? "≥ " : ""}${whole(known(cost, name))}`;
}

/** Why the money is not fully known. A bill of an earlier version does not say. */
export function whyUnknown({ calls, spent }: Pick<Bill, "calls" | "spent">): readonly string[] {
  const { unreportedCalls = 0, unpricedCalls = 0, usdMicros } = spent;
  const of = (some: number): string => `${whole(some)} of ${count(calls, "call")}`;
  const reasons = [
    ...(unreportedCalls > 0 ? [`${of(unreportedCalls)} reported nothing`] : []),
    ...(unpricedCalls > 0 ? [`${of(unpricedCalls)} reported tokens without a price`] : []),
  ];
  if (reasons.length > 0 || usdMicros !== "unknown") return reasons;
  return ["not all of it was reported"];
}

function tokensText(cost: Cost): string | undefined {
  if (isUnknown(cost, "inputTokens") && isUnknown(cost, "outputTokens")) return undefined;
  const { cachedInputTokens: cached = 0, reasoningTokens: reasoning = 0 } = cost;
  const [input, output] = (["inputTokens", "outputTokens"] as const).map((name) =>
    isUnknown(cost, name) ? "unknown" : whole(known(cost, name)),
  );
  const least = [cost.inputTokens, cost.outputTokens].includes("unknown") ? "at least " : "";
  const ofInput = cached > 0 ? ` (${whole(cached)} of them cached)` : "";
  const ofOutput = reasoning > 0 ? ` (${whole(reasoning)} of them reasoning)` : "";
  return `${least}${input} tokens in${ofInput}, ${output} out${ofOutput}`;
}

/** Whether a cost is completely unknown. */
export function isAllUnknown(cost: Cost): boolean {
  return AMOUNTS.every((name) => isUnknown(cost, name));
}

/** The least cost, in micro-dollars; `undefined` if nothing is known. */
export function knownMicros(cost: Cost): number | undefined {
  return isUnknown(cost, "usdMicros") ? undefined : known(cost, "usdMicros");
}

/** Whether an amount is completely unknown. */
function isUnknown(cost: Cost, name: keyof KnownCost): boolean {
  return cost[name] === "unknown" && known(cost, name) === 0;
}

/** Rounded so that "at least" stays true with the four digits that are shown. */
function roundedDown(micros: number): number {
  return micros < 10_000 ? micros : Math.floor(micros / 100) * 100;
}
