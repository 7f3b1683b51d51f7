import type { Json } from "../json.ts";
import type { Position } from "../conflict/conflict.ts";
import { shown } from "../conflict/plain.ts";
import { QuorateError } from "../errors.ts";
import { checkKeys } from "../policy/check-kind.ts";
import { checkCount } from "./check-count.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import type { Link, Question, Ruling } from "./link.ts";
import { counted } from "./words.ts";

export interface VoteOptions {
  /** What an agent's vote weighs, by its name: 0 or more. Default 1 for everyone. */
  readonly weights?: Readonly<Record<string, number>> | ReadonlyMap<string, number>;
  /** By what share of all weight, 0–1, the winner must lead the runner-up. Default 0: any lead will do. */
  readonly margin?: number;
  /** How many agents with a weight have to vote. Default 1. */
  readonly quorum?: number;
}

const DEFAULTS = { margin: 0, quorum: 1 } as const;
const OPTIONS: ReadonlySet<string> = new Set(["weights", "margin", "quorum"]);

// Weights are added in floating point: a difference below this share of their sum is none.
const SLACK = 1e-9;

/**
 * The position with the most weight behind it wins, if its lead reaches `margin`. Passes as `tied` when the first two
 * weigh the same, as `no-quorum` when too few voted, and always on findings: most agents miss most true things, so
 * that a majority against a finding says little. Confidence: Laplace's rule of succession over the weights.
 */
export function vote(options: VoteOptions = {}): Link {
  checkKeys(options, OPTIONS, "vote");
  const weights = checkWeights(options.weights);
  const margin = checkMargin(options.margin ?? DEFAULTS.margin);
  const quorum = checkCount(options.quorum ?? DEFAULTS.quorum, "vote: quorum", 1);
  const weightOf = (agent: string): number => weights.get(agent) ?? 1;
  const weighed = weights.size > 0;

  function settle({ kind, positions }: Question): Ruling {
    if (kind === "finding")
      return { pass: "a finding is not voted on, since most agents miss most true things" };
    const voters = positions.reduce(
      (sum, { heldBy }) => sum + heldBy.filter(({ agent }) => weightOf(agent) > 0).length,
      0,
    );
    if (voters < quorum) {
      return {
        pass: `${counted(voters, "agent")} voted, fewer than the quorum of ${quorum}`,
        status: "no-quorum",
      };
    }
    const ranked = positions
      .map((position) => ({ position, weight: weightBehind(position, weightOf) }))
      .sort((a, b) => b.weight - a.weight);
    const total = ranked.reduce((sum, { weight }) => sum + weight, 0);
    const [first, second] = ranked;
    if (first === undefined || total === 0) return { pass: "no vote has any weight" };

    const lead = (first.weight - (second?.weight ?? 0)) / total;
    const tally = `${shown(first.position.value)} has ${figure(first.weight)} of ${figure(total)} ${weighed ? "weighted votes" : "votes"}`;
    if (lead <= SLACK) {
      return {
        pass: `${tally}, and ${shown(second?.position.value ?? null)} as many`,
        status: "tied",
      };
    }
    const leads = `${tally}, a margin of ${percent(lead)}`;
    if (lead < margin - SLACK)
      return { pass: `${leads}, less than the ${percent(margin)} asked for` };
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

  return Object.freeze({
    name: "vote",
    names: [...weights.keys()],
    definition: { ...options } as Json,
    settle,
    lead: leadOf,
  });
}

function weightBehind({ heldBy }: Position, weightOf: (agent: string) => number): number {
  return heldBy.reduce((sum, { agent }) => sum + weightOf(agent), 0);
}

function checkWeights(given: VoteOptions["weights"]): ReadonlyMap<string, number> {
  const weights = new Map(given instanceof Map ? given : Object.entries(given ?? {}));
  for (const [agent, weight] of weights) {
    // The sum of many has to stay finite too.
    if (!(typeof weight === "number" && weight >= 0 && weight <= MAX_WEIGHT)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `vote: the weight of ${agent} is ${String(weight)}; use a number from 0 to ${MAX_WEIGHT}`,
      );
    }
  }
  return weights;
}

const MAX_WEIGHT = 1e12;

function checkMargin(margin: unknown): number {
  if (typeof margin === "number" && margin >= 0 && margin <= 1) return margin;
  throw new QuorateError(
    "BAD_OPTIONS",
    `vote: margin is ${String(margin)}; use a share from 0 to 1`,
  );
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/** At most three significant digits after a whole number's own. */
function figure(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(value >= 100 ? 4 : 3)));
}
