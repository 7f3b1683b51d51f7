import { isTeam } from "./configure-team.ts";
import type { Team } from "./team.ts";

/** The places of all agents of a team that are elsewhere; with `all`, of all of its agents. */
export function placesElsewhere({ members }: Team, all = false): readonly string[] {
  return members.flatMap(({ name, worker, elsewhere }) => {
    const isElsewhere = all || elsewhere;
    if (!isTeam(worker)) return isElsewhere ? [name] : [];
    return placesElsewhere(worker, isElsewhere).map((place) => `${name}/${place}`);
  });
}
