import type { Agent } from "../../describe/agent.ts";
import { arrayIn } from "../../check/given.ts";
import { anything, func, integer, shareAbove } from "../../check/kinds.ts";
import { NAME } from "../../check/name.ts";
import { options, type Options } from "../../check/options.ts";
import { QuorateError } from "../../model/errors.ts";
import type { Json } from "../../model/json.ts";
import { embedder, type Embed } from "./embedding.ts";
import { judgeAgent, SAME_ISSUE_JUDGE, type SameIssueJudge } from "../same-issue.ts";

/** How `similar()` compares texts. */
export interface SimilarOptions {
  /**
   * How alike two groups of texts must be on average to be one, as a cosine between 0 (no word in common) and 1
   * (the same words). Default 0.28.
   */
  readonly threshold?: number;
  /**
   * Turns texts into vectors, up to 100 at a time: asked like an agent, with limits, retries and a place in the log. If it
   * fails, only words are compared, and the verdicts say so. Default: none.
   */
  readonly embed?: Embed;
  /** What share of the similarity comes from the vectors, 0–1; the rest from the words. Default 0.3. */
  readonly embedWeight?: number;
  /** Says whether groups that are neither clearly the same nor clearly different are the same. Default: none; words decide. */
  readonly judge?: SameIssueJudge;
  /** The range of similarities in which the judge is asked. Default: from 0.1 below the threshold to 0.1 above it. */
  readonly band?: readonly [from: number, to: number];
  /** About how many pairs of groups the judge is asked at most, those nearest to the threshold first. Default 20. */
  readonly maxPairs?: number;
  /** Its name; its agents are `NAME-embed` and `NAME-judge`. Default `"similar"`. */
  readonly name?: string;
}

const BAND = 0.1;
const LEAST_LIKENESS = 0.01;
const MAX_PAIRS = 1_000;

export const SIMILAR: Options<SimilarOptions, "threshold" | "embedWeight" | "maxPairs" | "name"> =
  options(
    {
      threshold: shareAbove(0).or(0.28),
      embed: func("use async (texts) => vectors"),
      embedWeight: shareAbove(0).or(0.3),
      judge: SAME_ISSUE_JUDGE,
      // Around the threshold.
      band: anything(),
      maxPairs: integer(1, MAX_PAIRS).or(20),
      name: NAME.or("similar"),
    },
    { instead: "use { threshold: 0.3 }" },
  );

/** The options, checked. */
export interface SimilarSettings {
  readonly name: string;
  readonly threshold: number;
  readonly embedding: { readonly agent: Agent; readonly weight: number } | undefined;
  readonly judging:
    | {
        readonly agent: Agent;
        readonly band: readonly [number, number];
        readonly maxPairs: number;
      }
    | undefined;
}

/** The options with their defaults. Throws `BAD_OPTIONS`. */
export function checkSimilar(given: SimilarOptions): SimilarSettings {
  const { name, threshold, embed, embedWeight, judge, maxPairs, ...rest } = SIMILAR.of(
    given,
    "similar",
  );
  const band = checkBand(rest.band, threshold);
  return {
    name,
    threshold,
    embedding: embed && { agent: embedder(embed, `${name}-embed`), weight: embedWeight },
    judging: judge && { agent: judgeAgent(judge, `${name}-judge`), band, maxPairs },
  };
}

function checkBand(given: unknown, threshold: number): readonly [number, number] {
  if (given === undefined) {
    return [Math.max(LEAST_LIKENESS, threshold - BAND), Math.min(1, threshold + BAND)];
  }
  const [from, to] = arrayIn(given, "similar: band") ?? [];
  const sound =
    typeof from === "number" &&
    typeof to === "number" &&
    from > 0 &&
    from <= threshold &&
    to >= threshold &&
    to <= 1;
  if (sound) return [from, to];
  throw new QuorateError(
    "BAD_OPTIONS",
    `similar: band has to be a pair of likenesses around the threshold of ${threshold}; use for instance [0.2, 0.4], both above 0 and at most 1`,
  );
}

/** The settings as data; for agents their names and versions. */
export function definitionOf({ threshold, embedding, judging }: SimilarSettings): Json {
  const asked = ({ name, version }: Agent): Json => [name, version ?? null];
  return {
    threshold,
    ...(embedding !== undefined && {
      embedding: [asked(embedding.agent), embedding.weight],
    }),
    ...(judging !== undefined && {
      judging: [asked(judging.agent), [...judging.band], judging.maxPairs],
    }),
  };
}
