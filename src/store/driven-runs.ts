import { TEXT } from "../check/arguments.ts";
import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { givenUpRuns, type GivenUp } from "./given-up.ts";
import { heartbeat, type Heartbeat } from "./heartbeat.ts";
import { isEnd } from "./summary.ts";

/** How a store writes who drives a run. */
export interface DrivingPort {
  readonly beatEveryMs: number;
  /** Shows that the store lives. */
  beat(): Promise<unknown>;
  /** Throws when the store is closed. */
  refuseWhenClosed(): void;
  /** Makes the store the owner of a run, and answers with the fence. */
  take(runId: string): Promise<number>;
  /** The run is nobody's, where it is the store's under that fence. */
  release(runId: string, fence: number): Promise<void>;
}

/**
 * The runs that a store drives:
 *
 *     begun, or taken ──▶ driven: the store shows that it lives ── ended, released, or taken by another ──▶ not driven
 *
 * What cannot be released now is given up: nobody's for this store, and written when that works again.
 */
export interface DrivenRuns {
  readonly heart: Heartbeat;
  readonly givenUp: GivenUp;
  take(runId: string): Promise<number>;
  release(runId: string, fence: number): Promise<void>;
  /** Events of a run are kept: it may have begun with them, or have ended. */
  kept(first: RunEvent, last: RunEvent, fence: number): void;
  /** Events of a run were refused: another one may drive it. */
  refused(runId: string, fence: number, error: unknown): void;
  stop(): void;
}

export function drivenRuns(port: DrivingPort): DrivenRuns {
  const heart = heartbeat(port.beatEveryMs, () => port.beat());
  const givenUp = givenUpRuns(letGo);

  async function letGo(runId: string, fence: number): Promise<void> {
    await port.release(runId, fence);
    givenUp.remove(runId, fence);
  }

  return {
    heart,
    givenUp,
    async take(runId) {
      port.refuseWhenClosed();
      TEXT.take(runId, "take: runId");
      const fence = await port.take(runId);
      heart.began(runId, fence);
      return fence;
    },
    async release(runId, fence) {
      port.refuseWhenClosed();
      TEXT.take(runId, "release: runId");
      // Whatever comes of it: a run that nobody drives is not kept alive.
      heart.ended(runId, fence);
      try {
        await letGo(runId, fence);
      } catch (error) {
        givenUp.add(runId, fence);
        throw error;
      }
    },
    kept({ runId, seq }, last, fence) {
      if (isEnd(last)) heart.ended(runId, fence);
      else if (seq === 1) heart.began(runId, fence);
    },
    refused(runId, fence, error) {
      if (error instanceof QuorateError && error.code === "LEASE_LOST") heart.ended(runId, fence);
    },
    stop() {
      heart.stop();
      givenUp.stop();
    },
  };
}
