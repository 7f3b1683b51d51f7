import { integer } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { PRESENT } from "../conflict/findings.ts";
import { shown } from "../conflict/plain.ts";
import type { Json } from "../model/json.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import { counting } from "./agreement-view.ts";
import {
  byRule,
  ifAllAgree,
  ifAllAgreed,
  type Foresight,
  type SaidSoFar,
  type SureWinner,
  type ResolverView,
} from "./foresight.ts";
import type { Resolver, Question, Ruling } from "./resolver.ts";
import { isMajority } from "./voices.ts";
import { counted } from "./words.ts";

export interface SupportOptions {
  /** How many agents must hold a position. Default 2; for a finding a third of those that looked, if that is more. */
  readonly atLeast?: number;
}

const DEFAULT_AT_LEAST = 2;
const DEFAULT_SHARE = 1 / 3;

export const SUPPORT: Options<SupportOptions> = options(
  { atLeast: integer(1) },
  { former: { learned: "moved; use learnedSupport() of quorate/learning" } },
);

/**
 * A finding stands if at least `atLeast` agents report it, and falls otherwise. About claims it decides only if exactly one
 * position is held by at least that many.
 *
 * Confidence: Laplace's rule of succession. For a claim over its holders and all who spoke. For a finding, its k
 * reports are trials for it, and `atLeast` − 1 trials are against it: it is present with probability
 * (k + 1) / (k + atLeast + 1). So the confidence in either answer is lowest near the threshold.
 *
 * If all who spoke agree, it decides if they are no majority of those who were asked.
 */
export function support(given: SupportOptions = {}): Resolver {
  const taken = SUPPORT.of(given, "support");
  const settle = countSupport(taken);
  return Object.freeze({
    name: "support",
    foresee: () => foreseen(taken.atLeast ?? DEFAULT_AT_LEAST, settle),
    definition: { ...given } as unknown as Json,
    settle,
    agreed: (question: Question) => (isMajority(question) ? undefined : settle(question)),
  });
}

/** The rule of {@link support}: its ruling on a question. */
export function countSupport({ atLeast: wanted }: SupportOptions): (question: Question) => Ruling {
  const atLeast = wanted ?? DEFAULT_AT_LEAST;

  function finding({ positions }: Question): Ruling {
    const looked = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
    const asked = wanted ?? Math.max(atLeast, Math.ceil(looked * DEFAULT_SHARE));
    const reports = positions.find(({ value }) => value === PRESENT)?.heldBy.length ?? 0;
    const stands = reports >= asked;
    const winner = positions.find(({ value }) => (value === PRESENT) === stands);
    if (winner === undefined)
      return { defer: `${counted(reports, "agent")} of the ${asked} asked for report it` };
    const present = laplace(reports, reports + asked - 1, 2);
    return {
      winner: winner.value,
      confidence: stands ? present : 1 - present,
      confidenceFrom: LAPLACE,
      reasoning: `Reported by ${counted(reports, "agent")}; at least ${asked} are asked for.`,
    };
  }

  function claim({ positions }: Question): Ruling {
    const supported = positions.filter(({ heldBy }) => heldBy.length >= atLeast);
    const [winner] = supported;
    if (winner === undefined)
      return { defer: `no position is held by ${counted(atLeast, "agent")} or more` };
    if (supported.length > 1)
      return {
        defer: `${supported.length} positions are held by ${counted(atLeast, "agent")} or more`,
      };
    const speakers = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
    return {
      winner: winner.value,
      confidence: laplace(winner.heldBy.length, speakers, positions.length),
      confidenceFrom: LAPLACE,
      reasoning: `Only ${shown(winner.value)} is held by ${counted(atLeast, "agent")} or more.`,
    };
  }

  return (question) => (question.kind === "finding" ? finding(question) : claim(question));
}

/** What {@link support} is certain of before all have answered. */
function foreseen(atLeast: number, settle: (question: Question) => Ruling): Foresight {
  function sure({ held }: SaidSoFar, toCome: readonly string[]): SureWinner {
    const counts = held.map(({ by }) => by.length);
    const supported = counts.filter((count) => count >= atLeast).length;
    if (supported > 1) return "defers";
    const reachable = Math.max(0, ...counts.filter((count) => count < atLeast)) + toCome.length;
    if (reachable >= atLeast) return undefined;
    return supported === 0 ? "defers" : counts.findIndex((count) => count >= atLeast);
  }
  const now = byRule(settle);
  const contested: ResolverView = {
    now,
    sure,
    could: ifAllAgree(sure),
    most: ifAllAgreed(now),
    defers: true,
  };
  const count = (agents: readonly string[]): number => agents.length;
  const agreed = counting({ makes: now, count, quorum: atLeast, fewer: "defers", always: true });
  return { contested, agreed };
}
