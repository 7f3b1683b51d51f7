import type { RunEvent } from "../model/events.ts";

/** How many of a team were asked, and in how many rounds: one more for each time that somebody was asked only after others had ended. */
export interface PanelRecord {
  readonly calls: number;
  readonly rounds: number;
}

/** The rounds of the team that a run was given to, as its log has them. */
export class PanelRounds {
  #planned = false;
  #rounds = 0;
  readonly #asked = new Set<string>();
  readonly #under = new Set<string>();

  add(event: RunEvent): void {
    if (event.type === "run.planned" && event.team === undefined) {
      this.#planned = event.panel !== undefined;
      return;
    }
    // Dearer tiers and whoever stands in are asked in the round of the member that they are asked for.
    if (!("callId" in event) || event.team !== undefined || event.via !== undefined) return;
    if (event.role === "judge") return;
    const { callId } = event;
    switch (event.type) {
      // Whoever waits for a limit belongs to the round in which it began to wait. Who has a kept answer is not asked.
      case "call.queued":
      case "call.started":
        if (this.#asked.has(callId)) break;
        if (this.#under.size === 0) this.#rounds++;
        this.#asked.add(callId);
        this.#under.add(callId);
        break;
      case "call.succeeded":
      case "call.failed":
      case "call.reused":
        this.#under.delete(callId);
        break;
      default:
    }
  }

  /** `undefined` where everybody was to be asked, without a panel. */
  get record(): PanelRecord | undefined {
    return this.#planned ? { calls: this.#asked.size, rounds: this.#rounds } : undefined;
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
