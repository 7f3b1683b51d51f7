import type { CallPlace } from "../model/call-place.ts";

/** The places of a run's calls, as far as they are known. */
export class CallPlaces {
  readonly #known = new Map<string, CallPlace>();

  add(place: CallPlace): void {
    this.#known.set(place.callId, place);
  }

  /** The first call of the member for which a call was made. */
  firstOf(place: CallPlace): CallPlace {
    let first = place;
    for (;;) {
      const before = first.via && this.#known.get(first.via.callId);
      if (before === undefined) return first;
      first = before;
    }
  }

  /** The calls of the teams around a call, the innermost first. */
  *teamsAbove({ team }: CallPlace): Iterable<string> {
    for (let at = team; at !== undefined; at = this.#known.get(at)?.team) yield at;
  }

  /** The place of the agent in the team's description: `"board/security"`, a judge at `"board/~judge"`. */
  whereIs({ agent, role, team, via }: CallPlace): string {
    const before = via && this.#known.get(via.callId);
    if (before !== undefined) {
      const at = this.whereIs(before);
      return via?.why === "fallback" ? `${at}~${agent}` : at;
    }
    const name = role === "judge" ? `~${agent}` : agent;
    return team === undefined ? name : `${this.whereIsTeam(team)}/${name}`;
  }

  /** The place of a team, by its call; empty for the root. */
  whereIsTeam(team: string | undefined): string {
    const place = team === undefined ? undefined : this.#known.get(team);
    return place === undefined ? (team ?? "") : this.whereIs(place);
  }
}
