import type { ConfiguredAgent } from "./configured-agent.ts";

/** One of the calls that may be made for a member. */
export interface Rung {
  readonly configured: ConfiguredAgent;
  /** Who stands in for the member, by name, each for the one before; nobody in the member's own calls. */
  readonly standIns: readonly string[];
  /**
   * What has to come before it: nothing; a doubt about the answer of the call before, which asked the same agent at the tier below; or
   * that all calls so far have failed.
   */
  readonly after: "nothing" | "doubt" | "failure";
}

/**
 * Who is asked when an answer is in doubt: the calls that may be made for a member, in their order. Its own; dearer tiers, where
 * `escalateIf` doubts an answer; then those who stand in for it, each with dearer tiers and stand-ins of its own. A run makes those that
 * are called for, a plan reckons with all of them, and a team is known by them.
 *
 * Once all members have answered, those whom others contradict may be asked at their next tiers (`mayBeContradicted`), and in a rerun at
 * any tier above their last (`rerunSeats`).
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

/** The calls at dearer tiers that may follow one at this, as long as each answer is in doubt. */
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

/** Whether more than one call may be made for a member before others are waited for. */
export function mayAskFurther({ escalateIf, fallback }: ConfiguredAgent): boolean {
  return fallback.length > 0 || escalateIf.length > 0;
}

/** Whether an agent may be asked at its next tier once others contradict it. */
export function mayBeContradicted({ escalateIf }: ConfiguredAgent): boolean {
  return escalateIf.includes("conflict") || escalateIf.includes("low-margin");
}

/** A member and all who may stand in for it, each at the first of its tiers. */
export function withStandIns(configured: ConfiguredAgent): readonly ConfiguredAgent[] {
  return [configured, ...configured.fallback.flatMap(withStandIns)];
}

/** At which of its tiers whoever answered for a member may be asked once more in a rerun. */
export function rerunAgents(configured: ConfiguredAgent): readonly ConfiguredAgent[] {
  return withStandIns(configured).flatMap((one) => [one, ...tiersAbove(one)]);
}

/** Where an agent is asked in a rerun: at that tier, or at the next where none is named; at its own where that is the dearest. */
export function rerunAgent(configured: ConfiguredAgent, tier: string | undefined): ConfiguredAgent {
  const above = tiersAbove(configured);
  return (tier === undefined ? above[0] : above.find((at) => at.tier === tier)) ?? configured;
}
