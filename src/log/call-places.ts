import type { CallPlace } from "../model/call-place.ts";

/**
 * The places of a run's calls, as far as they are known. A log may come from anywhere: calls that refer to each other in a circle are each
 * looked at once.
 */
export class CallPlaces {
  readonly #known = new Map<string, CallPlace>();

  add(place: CallPlace): void {
    this.#known.set(place.callId, place);
  }

  /** The first call of the member for which a call was made. */
  firstOf(place: CallPlace): CallPlace {
    const seen = new Set<CallPlace>();
    let first = place;
    for (;;) {
      seen.add(first);
      const before = first.via && this.#known.get(first.via.callId);
      if (before === undefined || seen.has(before)) return first;
      first = before;
    }
  }

  /** The calls of the teams around a call, the innermost first. */
  *teamsAbove({ team }: CallPlace): Iterable<string> {
    const seen = new Set<string>();
    for (let at = team; at !== undefined && !seen.has(at); at = this.#known.get(at)?.team) {
      seen.add(at);
      yield at;
    }
  }

  /** The place of the agent in the team's description: `"board/security"`, a judge at `"board/~judge"`. */
  whereIs(place: CallPlace): string {
    return this.#where(place, new Set());
  }

  /** The place of a team, by its call; empty for the root. */
  whereIsTeam(team: string | undefined): string {
    return this.#whereTeam(team, new Set());
  }

  #where(place: CallPlace, seen: Set<CallPlace>): string {
    const { agent, role, team, via } = place;
    seen.add(place);
    const before = via && this.#known.get(via.callId);
    if (before !== undefined && !seen.has(before)) {
      const at = this.#where(before, seen);
      return via?.why === "fallback" ? `${at}~${agent}` : at;
    }
    const name = role === "judge" ? `~${agent}` : agent;
    return team === undefined ? name : `${this.#whereTeam(team, seen)}/${name}`;
  }

  #whereTeam(team: string | undefined, seen: Set<CallPlace>): string {
    const place = team === undefined ? undefined : this.#known.get(team);
    return place === undefined || seen.has(place) ? (team ?? "") : this.#where(place, seen);
  }
}
