import {
  settle,
  type Claim,
  type Resolver,
  type Question,
  type Ruling,
  type Verdict,
} from "../../src/index.ts";
import type { Item, Vote } from "./data.ts";
import { qualityOf, scoreVerdict, type Quality, type Scored } from "./score.ts";

/** Verdicts by item. */
export type Settled = ReadonlyMap<string, Verdict>;

/** Settles votes together, as claims about their items; with the library's default chain if none is given. */
export async function settleVotes(
  votes: readonly Vote[],
  chain: readonly Resolver[] | undefined,
): Promise<Settled> {
  const claims = votes.flatMap(({ item, agent, label }): Claim[] =>
    label === null ? [] : [{ subject: item, agent, position: label }],
  );
  const verdicts = await settle(claims, chain === undefined ? {} : { resolve: chain });
  return new Map(verdicts.map((verdict) => [verdict.subject, verdict]));
}

/** The baseline: the position that most agents hold, with their share as the confidence. */
export const majority: Resolver = {
  name: "majority",
  settle: byShare,
  agreed: byShare,
};

function byShare({ positions }: Question): Ruling {
  const all = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
  const [first, second] = positions;
  if (first === undefined || first.heldBy.length === second?.heldBy.length)
    return { defer: "as many hold another", status: "tied" };
  return {
    winner: first.value,
    confidence: first.heldBy.length / all,
    confidenceFrom: "share",
    reasoning: "Most hold it.",
  };
}

/** The quality of verdicts on these items. */
export function qualityOn(items: readonly Item[], settled: Settled): Quality {
  return qualityOf(scoredOn(items, settled));
}

/** Verdicts about these items against their truths. */
export function scoredOn(items: readonly Item[], settled: Settled): readonly Scored[] {
  return items.map(({ item, truth }) => scoreVerdict(settled.get(item), truth));
}

/** The quality of one agent alone; without an answer it counts as wrong, with confidence 0. */
export function alone(items: readonly Item[], votes: readonly Vote[], agent: string): number {
  const said = new Map(
    votes.flatMap((vote) => (vote.agent === agent ? [[vote.item, vote.label] as const] : [])),
  );
  return items.filter(({ item, truth }) => said.get(item) === truth).length / items.length;
}

/** The accuracy of the best of some agents, by hindsight. */
export function bestAlone(items: readonly Item[], votes: readonly Vote[]): number {
  const agents = new Set(votes.map(({ agent }) => agent));
  return Math.max(...[...agents].map((agent) => alone(items, votes, agent)));
}
