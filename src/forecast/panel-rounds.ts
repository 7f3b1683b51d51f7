import type { CallPlaces } from "../log/call-places.ts";
import { scopeOf } from "../model/call-place.ts";
import type { RunEvent } from "../model/events.ts";

/** How many agents of a team were asked, and in how many rounds: one more for each time that an agent was asked only after others had ended. */
export interface PanelRecord {
  readonly calls: number;
  readonly rounds: number;
}

/** The members of one team, as they were asked. */
interface TeamRounds {
  readonly under: Set<string>;
  rounds: number;
}

/** The rounds of the teams of a run that were asked by panels, from its log. */
export class PanelRounds {
  readonly #places: CallPlaces;
  readonly #teams = new Map<string, TeamRounds>();
  readonly #asked = new Map<string, number>();
  #rootCalls = 0;

  constructor(places: CallPlaces) {
    this.#places = places;
  }

  add(event: RunEvent): void {
    if (event.type === "run.planned") {
      if (event.panel !== undefined)
        this.#teams.set(scopeOf(event), { under: new Set(), rounds: 0 });
      return;
    }
    // More expensive tiers and fallbacks belong to the round of their member.
    if (!("callId" in event) || event.via !== undefined || event.role === "judge") return;
    const team = this.#teams.get(scopeOf(event));
    if (team === undefined) return;
    const { callId } = event;
    switch (event.type) {
      // An agent that waits for a limit belongs to the round in which it began to wait. An agent with a kept answer is not asked.
      case "call.queued":
      case "call.started": {
        if (team.under.has(callId)) break;
        const place = this.#places.whereIs(event);
        if (this.#asked.has(place)) break;
        if (team.under.size === 0) team.rounds++;
        if (event.team === undefined) this.#rootCalls++;
        this.#asked.set(place, team.rounds);
        team.under.add(callId);
        break;
      }
      case "call.succeeded":
      case "call.failed":
      case "call.reused":
        team.under.delete(callId);
        break;
      default:
    }
  }

  /** The round in which the member at a place was asked, from 1; `undefined` if it was not, or not by a panel. */
  roundOf(place: string): number | undefined {
    return this.#asked.get(place);
  }

  /** For the run's own team; `undefined` if it has no panel. */
  get record(): PanelRecord | undefined {
    const root = this.#teams.get("");
    return root && { calls: this.#rootCalls, rounds: root.rounds };
  }
}

/** The means of the records; `undefined` if there are none. */
export function meansOf(records: readonly PanelRecord[]): PanelRecord | undefined {
  const { length } = records;
  if (length === 0) return undefined;
  return {
    calls: records.reduce((sum, { calls }) => sum + calls, 0) / length,
    rounds: records.reduce((sum, { rounds }) => sum + rounds, 0) / length,
  };
}
