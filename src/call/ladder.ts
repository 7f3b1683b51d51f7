import type { ConfiguredAgent } from "./configured-agent.ts";

/** One of the calls that may be made for a member. */
export interface Rung {
  readonly configured: ConfiguredAgent;
  /** The fallbacks by name, each for the one before; empty for the member's own calls. */
  readonly standIns: readonly string[];
  /**
   * What must come before it: nothing; a doubt about the answer of the previous call, which asked the same agent at the tier below; or
   * the failure of all calls so far.
   */
  readonly after: "nothing" | "doubt" | "failure";
}

/**
 * The calls that may be made for a member, in their order: its own; more expensive tiers, if
 * `escalateIf` doubts an answer; then its fallbacks, each with its own more expensive tiers and fallbacks. A run makes those that
 * are needed, a plan counts all of them, and they identify the member for its team.
 *
 * Once all members have answered, those that others contradict may be asked at their next tiers (`mayBeContradicted`), and in a rerun at
 * any tier above their last (`rerunAgents`).
 */
export function ladder(configured: ConfiguredAgent): readonly Rung[] {
  return rungsOf(configured, []);
}

function rungsOf(configured: ConfiguredAgent, standIns: readonly string[]): readonly Rung[] {
  return [
    { configured, standIns, after: standIns.length === 0 ? "nothing" : "failure" },
    ...dearerRungs(configured, standIns),
    ...configured.fallback.flatMap((other) => rungsOf(other, [...standIns, other.agent.name])),
  ];
}

/** The calls at more expensive tiers that may follow one at this tier, as long as each answer is in doubt. */
export function dearerRungs(
  configured: ConfiguredAgent,
  standIns: readonly string[] = [],
): readonly Rung[] {
  if (configured.escalateIf.length === 0) return [];
  return tiersAbove(configured).map((dearer) => ({ configured: dearer, standIns, after: "doubt" }));
}

/** The same agent at each of the tiers above, the next one first. */
export function tiersAbove(configured: Pick<ConfiguredAgent, "next">): readonly ConfiguredAgent[] {
  const above: ConfiguredAgent[] = [];
  for (let at = configured.next(); at !== undefined; at = at.next()) above.push(at);
  return above;
}

/** Whether several calls may be made for a member before others are waited for. */
export function mayAskFurther({ escalateIf, fallback }: ConfiguredAgent): boolean {
  return fallback.length > 0 || escalateIf.length > 0;
}

/** Whether an agent may be asked at its next tier once others contradict it. */
export function mayBeContradicted({ escalateIf }: ConfiguredAgent): boolean {
  return escalateIf.includes("conflict") || escalateIf.includes("low-margin");
}

/** A member and all its fallbacks, each at its first tier. */
export function withStandIns(configured: ConfiguredAgent): readonly ConfiguredAgent[] {
  return [configured, ...configured.fallback.flatMap(withStandIns)];
}

/** The agents, by tier, that may be asked in a rerun instead of the one that answered for a member. */
export function rerunAgents(configured: ConfiguredAgent): readonly ConfiguredAgent[] {
  return withStandIns(configured).flatMap((one) => [one, ...tiersAbove(one)]);
}

/** The agent that is asked in a rerun: at that tier, or at the next if none is named; at its own if there is no more expensive one. */
export function rerunAgent(configured: ConfiguredAgent, tier: string | undefined): ConfiguredAgent {
  const above = tiersAbove(configured);
  return (tier === undefined ? above[0] : above.find((at) => at.tier === tier)) ?? configured;
}
