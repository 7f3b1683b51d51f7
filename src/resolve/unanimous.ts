import { integer } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { shown } from "../conflict/plain.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import { unanimity } from "./agreement-view.ts";
import { NEVER } from "./foresight.ts";
import type { Resolver, Question, Ruling } from "./resolver.ts";
import { isMajority } from "./voices.ts";
import { counted } from "./words.ts";

export interface UnanimousOptions {
  /** How many agents must speak for their agreement to count. Default 1. */
  readonly quorum?: number;
}

export const UNANIMOUS: Options<UnanimousOptions, "quorum"> = options({ quorum: integer(1).or(1) });

/**
 * Decides if everybody who spoke agrees, and they are at least two and a majority of those who were asked; defers on every conflict. One voice
 * alone is no agreement: its verdict is `unopposed`. With fewer speakers than `quorum`, the verdict is
 * `no-quorum`. Confidence: Laplace's rule of succession over the speakers.
 */
export function unanimous(given: UnanimousOptions = {}): Resolver {
  const { quorum } = UNANIMOUS.of(given, "unanimous");
  return Object.freeze({
    name: "unanimous",
    definition: { quorum },
    foresee: () => ({ contested: NEVER, agreed: unanimity(quorum) }),
    settle: ({ positions }: Question): Ruling => ({
      defer: `there are ${positions.length} positions`,
    }),
    agreed(question: Question): Ruling {
      const { positions, asked } = question;
      const [position] = positions;
      if (position === undefined) return { defer: "no agent holds a position" };
      const speakers = position.heldBy.length;
      if (speakers < quorum) {
        return {
          defer: `${counted(speakers, "agent")} spoke, fewer than the quorum of ${quorum}`,
          status: "no-quorum",
        };
      }
      if (speakers > 1 && !isMajority(question)) {
        return {
          defer: `${speakers} of the ${asked} who were asked spoke, which is not a majority`,
        };
      }
      const who =
        speakers > 1
          ? `All ${speakers} who spoke hold`
          : asked > 1
            ? `Only one of the ${asked} who were asked spoke, and holds`
            : "The only one who was asked holds";
      return {
        winner: position.value,
        confidence: laplace(speakers, speakers, 1),
        confidenceFrom: LAPLACE,
        reasoning: `${who} ${shown(position.value)}.`,
      };
    },
  });
}
