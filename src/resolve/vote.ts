import { byName, integer, number } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Json } from "../model/json.ts";
import type { Position } from "../model/conflict.ts";
import { shown } from "../conflict/plain.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import { counting } from "./agreement-view.ts";
import {
  byRule,
  ifAllAgree,
  ifAllAgreed,
  type SaidSoFar,
  type SureWinner,
  type ResolverView,
} from "./foresight.ts";
import type { Resolver, Question, Ruling } from "./resolver.ts";
import { isMajority } from "./voices.ts";
import { counted } from "./words.ts";

export interface VoteOptions {
  /** The weight of an agent's vote, by its name: 0 or more. Default 1 for everyone. */
  readonly weights?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
  /** By what share of all weight, 0–1, the winner must lead the runner-up. Default 0: any lead is enough. */
  readonly margin?: number;
  /** How many agents with a weight must vote. Default 1. */
  readonly quorum?: number;
}

// The sum of many must stay finite, too.
const MAX_WEIGHT = 1e12;

export const VOTE: Options<
  VoteOptions,
  "margin" | "quorum",
  { readonly weights: ReadonlyMap<string, number> }
> = options({
  weights: byName(number(0, MAX_WEIGHT), "use { name: 2 }").or(new Map<string, number>()),
  margin: number(0, 1, "use a share from 0 to 1").or(0),
  quorum: integer(1).or(1),
});

// Weights are added in floating point: a difference below this share of their sum is none.
const SLACK = 1e-9;

/**
 * The position with the most weight behind it wins, if its lead reaches `margin`. Defers as `tied` if the first two
 * have the same weight, as `no-quorum` if too few voted, and always on findings: most agents miss most true findings, so
 * a majority against a finding says little. Confidence: Laplace's rule of succession over the weights.
 *
 * If all who spoke agree, it decides if they are no majority of those who were asked, or fewer than `quorum`.
 */
export function vote(given: VoteOptions = {}): Resolver {
  const { weights, margin, quorum } = VOTE.of(given, "vote");
  const weightOf = (agent: string): number => weights.get(agent) ?? 1;
  const weighed = weights.size > 0;

  const countOf = (agents: readonly string[]): number =>
    agents.filter((agent) => weightOf(agent) > 0).length;
  const votersIn = ({ positions }: Pick<Question, "positions">): number =>
    countOf(positions.flatMap(({ heldBy }) => heldBy.map(({ agent }) => agent)));

  function settle({ kind, positions }: Question): Ruling {
    if (kind === "finding")
      return { defer: "a finding is not voted on, since most agents miss most true things" };
    const voters = votersIn({ positions });
    if (voters < quorum) {
      return {
        defer: `${counted(voters, "agent")} voted, fewer than the quorum of ${quorum}`,
        status: "no-quorum",
      };
    }
    const ranked = positions
      .map((position) => ({ position, weight: weightBehind(position, weightOf) }))
      .sort((a, b) => b.weight - a.weight);
    const total = ranked.reduce((sum, { weight }) => sum + weight, 0);
    const [first, second] = ranked;
    if (first === undefined || total === 0) return { defer: "no vote has any weight" };

    const lead = (first.weight - (second?.weight ?? 0)) / total;
    const tally = `${shown(first.position.value)} has ${figure(first.weight)} of ${figure(total)} ${weighed ? "weighted votes" : "votes"}`;
    if (lead <= SLACK) {
      return {
        defer: `${tally}, and ${shown(second?.position.value ?? null)} as many`,
        status: "tied",
      };
    }
    const leads = `${tally}, a margin of ${percent(lead)}`;
    if (lead < margin - SLACK)
      return { defer: `${leads}, less than the ${percent(margin)} asked for` };
    return {
      winner: first.position.value,
      confidence: laplace(first.weight, total, positions.length),
      confidenceFrom: LAPLACE,
      reasoning: `${leads}.`,
    };
  }

  /** The first by weight, and by how much weight it leads the second. */
  function standing(positions: readonly Position[]) {
    const ranked = positions
      .map((position) => ({ position, weight: weightBehind(position, weightOf) }))
      .sort((a, b) => b.weight - a.weight);
    return {
      first: ranked[0]?.position,
      lead: (ranked[0]?.weight ?? 0) - (ranked[1]?.weight ?? 0),
      total: ranked.reduce((sum, { weight }) => sum + weight, 0),
    };
  }

  function leadOf({ kind, positions }: Question): number | undefined {
    const { lead, total } = standing(positions);
    return kind === "finding" || total === 0 ? undefined : lead / total;
  }

  /** In the worst case all vote for the runner-up, and in the best case all vote for one position. */
  function sure({ held }: SaidSoFar, toCome: readonly string[]): SureWinner {
    const still = toCome.filter((agent) => weightOf(agent) > 0);
    const voters = countOf(held.flatMap(({ by }) => by));
    if (voters + still.length < quorum) return "defers";
    const behind = held.map(({ by }) => by.reduce((sum, agent) => sum + weightOf(agent), 0));
    const [first = 0, second = 0] = behind.toSorted((a, b) => b - a);
    const left = still.reduce((sum, agent) => sum + weightOf(agent), 0);
    const total = behind.reduce((sum, weight) => sum + weight, left);
    const least = (first - second - left) / total;
    const most = (first - second + left) / total;
    if (!(most > SLACK / 2 && most >= margin - 2 * SLACK)) return "defers";
    if (voters < quorum || least <= 2 * SLACK || least < margin - SLACK / 2) return undefined;
    return behind.indexOf(first);
  }

  const now = byRule(settle);
  const contested: ResolverView = {
    now,
    sure,
    could: ifAllAgree(sure),
    most: ifAllAgreed(now),
    defers: margin > 0 || quorum > 1 || weighed,
  };

  const agreed = counting({ makes: now, count: countOf, quorum, fewer: null, always: false });

  return Object.freeze({
    name: "vote",
    foresee: () => ({ contested, agreed }),
    names: [...weights.keys()],
    definition: { ...given } as Json,
    settle,
    agreed: (question: Question) =>
      question.kind === "finding" || (isMajority(question) && votersIn(question) >= quorum)
        ? undefined
        : settle(question),
    lead: leadOf,
  });
}

function weightBehind({ heldBy }: Position, weightOf: (agent: string) => number): number {
  return heldBy.reduce((sum, { agent }) => sum + weightOf(agent), 0);
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/** At most three significant digits after those of the whole part. */
function figure(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(value >= 100 ? 4 : 3)));
}
