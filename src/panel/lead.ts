import { mayBeSaid, saidToo, type ResolverMade, type SaidSoFar } from "../resolve/foresight.ts";

/** Whether two agents are likely to err alike, as declared. */
export type IsKin = (one: string, other: string) => boolean;

/** How many truths must be known: without them, agents that agree count as the best, even if they share their mistakes. */
export const LEAST_TRUTHS = 20;

/** Whether two agents that are not kin hold the leading position. */
export function leads({ held }: SaidSoFar, made: ResolverMade | undefined, isKin: IsKin): boolean {
  const place = made?.place;
  return typeof place === "number" && areTwo(held[place]?.by ?? [], isKin);
}

/** Whether two agents that are not kin may hold one position once `next` have spoken. */
export function couldLead(said: SaidSoFar, next: readonly string[], isKin: IsKin): boolean {
  return mayBeSaid(said).some((key) => {
    const one = saidToo(said, key, next).held.find((held) => held.key === key);
    return areTwo(one?.by ?? [], isKin);
  });
}

function areTwo(agents: readonly string[], isKin: IsKin): boolean {
  return agents.some((one, i) => agents.slice(i + 1).some((other) => !isKin(one, other)));
}
