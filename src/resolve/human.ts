import { anything, milliseconds, orInfinity, text } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import { foldedKey } from "../conflict/canonical.ts";
import type { Json } from "../model/json.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import type { Resolver, ResolverContext, Question, Ruling } from "./resolver.ts";
import { shown } from "../conflict/plain.ts";

export interface HumanOptions {
  /** How long to wait for a person, in ms from when the run began to wait. Default: no limit. */
  readonly withinMs?: number;
  /** The position that wins if nobody has decided in time. Without it, the resolver defers. */
  readonly otherwise?: Json;
  /** The resolver's name. Default: `"human"`. */
  readonly name?: string;
}

export const HUMAN: Options<HumanOptions, "name"> = options({
  withinMs: orInfinity(milliseconds(0)),
  otherwise: anything(),
  name: text('use a text, for instance "release manager"').or("human"),
});

/**
 * Leaves the question to a person. The run stops with the status `waiting`, and no process is needed until
 * somebody decides (`decide`, `quorate decide`) and it is resumed; the chain stops here until then. When the time is
 * over, the verdict says that nobody decided, never that a person said no.
 *
 * Needs a store from which runs can be resumed; without one it defers. Confidence 1 from `person`: a person's decision is not
 * weighed. With `otherwise`, Laplace's rule of succession over its holders.
 */
export function human(given: HumanOptions = {}): Resolver {
  const { withinMs, otherwise, name } = HUMAN.of(given, "human");

  function settle(question: Question, { person }: ResolverContext): Ruling {
    const { subject, positions } = question;
    if (person === undefined) {
      return {
        defer: "a run can wait for a person only if its store lets it be resumed",
      };
    }
    const decided = person.decided(subject);
    if (decided !== undefined) {
      const { winner, why, by = "a person" } = decided;
      const reasoning = `${by} decided for ${shown(winner)}: ${why}`;
      return { winner, confidence: 1, confidenceFrom: "person", reasoning };
    }
    const sinceMs = person.waitingSinceMs(subject);
    if (withinMs === undefined || sinceMs === undefined || person.nowMs() - sinceMs < withinMs) {
      return { defer: "a person is asked", status: "waiting" };
    }
    const late = `no person decided within ${withinMs} ms`;
    if (otherwise === undefined) return { defer: late };
    const wanted = foldedKey(otherwise);
    const held = positions.find(({ value }) => foldedKey(value) === wanted);
    const all = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
    return {
      winner: otherwise,
      confidence: laplace(held?.heldBy.length ?? 0, all, positions.length),
      confidenceFrom: LAPLACE,
      reasoning: `${late}, so ${shown(otherwise)} applies, as its options say for that case`,
    };
  }
  return Object.freeze({
    name,
    ...(withinMs !== undefined && { withinMs }),
    definition: { ...given } as Json,
    settle,
  });
}
