import type { CallPlace } from "../model/call-place.ts";

/** The places of a run's calls, as far as it was told of them. */
export class CallPlaces {
  readonly #known = new Map<string, CallPlace>();

  add(place: CallPlace): void {
    this.#known.set(place.callId, place);
  }

  /** The first call of the member that a call was made for. */
  firstOf(place: CallPlace): CallPlace {
    let first = place;
    for (;;) {
      const before = first.via && this.#known.get(first.via.callId);
      if (before === undefined) return first;
      first = before;
    }
  }

  /** The calls of the teams that a call stands in, the innermost first. */
  *teamsAbove({ team }: CallPlace): Iterable<string> {
    for (let at = team; at !== undefined; at = this.#known.get(at)?.team) yield at;
  }

  /** Where whoever is asked stands in the team as it is described: `"board/security"`, a judge at `"board/~judge"`. */
  whereIs({ agent, role, team, via }: CallPlace): string {
    const before = via && this.#known.get(via.callId);
    if (before !== undefined) {
      const at = this.whereIs(before);
      return via?.why === "fallback" ? `${at}~${agent}` : at;
    }
    const name = role === "judge" ? `~${agent}` : agent;
    return team === undefined ? name : `${this.whereIsTeam(team)}/${name}`;
  }

  /** Where a team stands, by its call; empty for the root. */
  whereIsTeam(team: string | undefined): string {
    const place = team === undefined ? undefined : this.#known.get(team);
    return place === undefined ? (team ?? "") : this.whereIs(place);
  }
}
