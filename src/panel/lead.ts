import { mayBeSaid, saidToo, type ResolverMade, type SaidSoFar } from "../resolve/foresight.ts";

/** Whether two agents are likely to err alike, as declared. */
export type IsKin = (one: string, other: string) => boolean;

/** So many truths have to be known: without them, agents that agree are taken for the best, also where they share their mistakes. */
export const LEAST_TRUTHS = 20;

/** Whether two who are not kin hold what leads. */
export function leads({ held }: SaidSoFar, made: ResolverMade | undefined, isKin: IsKin): boolean {
  const place = made?.place;
  return typeof place === "number" && areTwo(held[place]?.by ?? [], isKin);
}

/** Whether two who are not kin may hold one position once `next` have spoken. */
export function couldLead(said: SaidSoFar, next: readonly string[], isKin: IsKin): boolean {
  return mayBeSaid(said).some((key) => {
    const one = saidToo(said, key, next).held.find((held) => held.key === key);
    return areTwo(one?.by ?? [], isKin);
  });
}

function areTwo(agents: readonly string[], isKin: IsKin): boolean {
  return agents.some((one, i) => agents.slice(i + 1).some((other) => !isKin(one, other)));
}
