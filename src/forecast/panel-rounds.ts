import type { CallPlaces } from "../log/call-places.ts";
import { scopeOf } from "../model/call-place.ts";
import type { RunEvent } from "../model/events.ts";

/** How many of a team were asked, and in how many rounds: one more for each time that somebody was asked only after others had ended. */
export interface PanelRecord {
  readonly calls: number;
  readonly rounds: number;
}

/** The members of one team, as they were asked. */
interface TeamRounds {
  readonly under: Set<string>;
  rounds: number;
}

/** The rounds of the teams of a run that were asked by panels, as its log has them. */
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
    // Dearer tiers and whoever stands in are asked in the round of the member that they are asked for.
    if (!("callId" in event) || event.via !== undefined || event.role === "judge") return;
    const team = this.#teams.get(scopeOf(event));
    if (team === undefined) return;
    const { callId } = event;
    switch (event.type) {
      // Whoever waits for a limit belongs to the round in which it began to wait. Who has a kept answer is not asked.
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

  /** In which round the member at a place was asked, the first is 1; `undefined` where it was not, or by no panel. */
  roundOf(place: string): number | undefined {
    return this.#asked.get(place);
  }

  /** Of the run's own team; `undefined` where everybody was to be asked, without a panel. */
  get record(): PanelRecord | undefined {
    const root = this.#teams.get("");
    return root && { calls: this.#rootCalls, rounds: root.rounds };
  }
}

/** The means of the records; `undefined` where there is none. */
export function meansOf(records: readonly PanelRecord[]): PanelRecord | undefined {
  const { length } = records;
  if (length === 0) return undefined;
  return {
    calls: records.reduce((sum, { calls }) => sum + calls, 0) / length,
    rounds: records.reduce((sum, { rounds }) => sum + rounds, 0) / length,
  };
}
