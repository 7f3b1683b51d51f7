import { arrayIn } from "../check/given.ts";
import { hearOptions } from "../model/hear.ts";
import { foldedKey } from "../conflict/canonical.ts";
import { listedKey } from "../conflict/listed-key.ts";
import { shown } from "../conflict/plain.ts";
import { QuorateError } from "../model/errors.ts";
import type { Json } from "../model/json.ts";
import { LAPLACE, laplace } from "./confidence.ts";
import type { ResolverView } from "./foresight.ts";
import type { Resolver, Question, Ruling } from "./resolver.ts";

/**
 * The first of these values that an agent holds wins, however few hold it: a standing order such as "when in doubt,
 * hold". Values are compared with `equal()`. Defers if nobody holds any of them. Confidence: Laplace's rule of
 * succession over its holders and all who spoke.
 */
export function prefer(values: readonly Json[]): Resolver {
  hearOptions(values);
  const list = arrayIn(values, "prefer");
  if (list === undefined || list.length === 0) {
    throw new QuorateError(
      "BAD_OPTIONS",
      "prefer: no values are listed; give the positions to prefer, the first one first, as an array",
    );
  }
  const keys = (list as readonly Json[]).map((value) => listedKey(value, "prefer"));

  function settle({ positions }: Question): Ruling {
    const held = new Map(positions.map((position) => [foldedKey(position.value), position]));
    const preferred = keys.flatMap((key) => held.get(key) ?? [])[0];
    if (preferred === undefined) return { defer: "no agent holds a position that is preferred" };
    const speakers = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
    return {
      winner: preferred.value,
      confidence: laplace(preferred.heldBy.length, speakers, positions.length),
      confidenceFrom: LAPLACE,
      reasoning: `${shown(preferred.value)} is preferred wherever an agent holds it.`,
    };
  }

  const now: ResolverView["now"] = ({ held }) => {
    const places = keys.map((key) => held.findIndex((one) => one.key === key));
    const place = places.find((found) => found >= 0);
    if (place === undefined) return undefined;
    const speakers = held.reduce((sum, { by }) => sum + by.length, 0);
    const confidence = laplace(held[place]?.by.length ?? 0, speakers, held.length);
    return { place, confidence };
  };
  // An agent to come may hold a value that is preferred to all that are held.
  const sure: ResolverView["sure"] = (said, toCome) => {
    const best = said.held.findIndex(({ key }) => key === keys[0]);
    if (best >= 0) return best;
    return toCome.length > 0 ? undefined : (now(said)?.place ?? "defers");
  };
  const contested: ResolverView = {
    now,
    sure,
    could: () => true,
    most: () => 1,
    defers: false,
  };

  return Object.freeze({
    name: "prefer",
    definition: [...(list as readonly Json[])],
    positions: [...(list as readonly Json[])],
    settle,
    foresee: () => ({ contested }),
  });
}
