import { integer } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { shown } from "../conflict/plain.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import { agreement, NEVER } from "./foresight.ts";
import type { Link, Question, Ruling } from "./link.ts";
import { counted } from "./words.ts";

export interface UnanimousOptions {
  /** How many have to speak for their agreement to count. Default 1. */
  readonly quorum?: number;
}

export const UNANIMOUS: Options<UnanimousOptions, "quorum"> = options({ quorum: integer(1).or(1) });

/**
 * Decides where everybody who spoke agrees, and passes on every conflict. With fewer speakers than `quorum` their
 * agreement counts for nothing: the verdict is `no-quorum`. Confidence: Laplace's rule of succession over the speakers.
 */
export function unanimous(given: UnanimousOptions = {}): Link {
  const { quorum } = UNANIMOUS.of(given, "unanimous");
  return Object.freeze({
    name: "unanimous",
    definition: { quorum },
    foresee: () => ({ contested: NEVER, agreed: agreement(quorum) }),
    settle: ({ positions }: Question): Ruling => ({
      pass: `there are ${positions.length} positions`,
    }),
    agreed({ positions }: Question): Ruling {
      const [position] = positions;
      if (position === undefined) return { pass: "nobody holds a position" };
      const speakers = position.heldBy.length;
      if (speakers < quorum) {
        return {
          pass: `${counted(speakers, "agent")} spoke, fewer than the quorum of ${quorum}`,
          status: "no-quorum",
        };
      }
      const who =
        speakers === 1 ? "The only one who spoke holds" : `All ${speakers} who spoke hold`;
      return {
        winner: position.value,
        confidence: laplace(speakers, speakers, 1),
        confidenceFrom: LAPLACE,
        reasoning: `${who} ${shown(position.value)}.`,
      };
    },
  });
}
