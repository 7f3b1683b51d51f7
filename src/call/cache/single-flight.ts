import { Cancellation } from "../../async/cancellation.ts";
import type { QuorateError } from "../../model/errors.ts";
import { PassingMap } from "../../model/passing-map.ts";
import type { Limits } from "../../describe/limits.ts";
import type { Values } from "../../store/values.ts";
import type { CachedAnswer } from "./cache-entry.ts";

/** What the calls that waited for a flight get. */
export type FlightResult =
  /** `cache`: it was cached before; `joined`: another call asked for it at the same time. */
  | { readonly kind: "answered"; readonly answer: CachedAnswer; readonly by: "cache" | "joined" }
  /** The agent failed, under these limits. */
  | { readonly kind: "failed"; readonly error: QuorateError; readonly limits: Limits }
  /** The asking call was cancelled or refused: one of the waiting calls must ask. */
  | { readonly kind: "nothing" };

/**
 * A running call for which calls with the same content wait, whatever their runs. It belongs to none of them: it continues as long as one of
 * them waits, and is cancelled when the last one has left.
 */
export interface Flight {
  /**
   * Waits for the result. Rejects with the reason when `own` is cancelled: at once while others wait; for the last one when the flight
   * has ended, because a caller who cancels may rely on the agent having stopped.
   */
  wait(own: Cancellation): Promise<FlightResult>;
}

/** The flights under way, by the keys of their slots. */
export type InFlight = PassingMap<string, Flight>;

/** The flights of one supervisor, separate for each store. */
export interface Flights {
  of(values: Values): InFlight;
}

export function flights(): Flights {
  const byStore = new WeakMap<Values, InFlight>();
  return {
    of(values) {
      const known = byStore.get(values);
      if (known !== undefined) return known;
      const made: InFlight = new PassingMap();
      byStore.set(values, made);
      return made;
    },
  };
}

export const NO_RESULT: FlightResult = Object.freeze({ kind: "nothing" });

/**
 * Starts a flight, which is under way until `work` has ended, and waits for its result: `NO_RESULT` if `work` rejects. Rejects as `wait` does:
 * the flight is told that `own` is cancelled before `work` is.
 */
export function fly(
  inFlight: InFlight,
  key: string,
  own: Cancellation,
  work: (cancellation: Cancellation) => Promise<FlightResult>,
): Promise<FlightResult> {
  const cancellation = new Cancellation();
  const { promise: ended, resolve: land } = Promise.withResolvers<FlightResult>();
  let callers = 0;
  const flight: Flight = {
    wait(waiting) {
      callers++;
      return new Promise((resolve, reject) => {
        let left = false;
        const leave = (reason: unknown): void => {
          left = true;
          callers--;
          if (callers > 0) return reject(reason);
          cancellation.cancel(reason);
          void ended.then(() => reject(reason));
        };
        void ended.then((result) => {
          if (left) return;
          waiting.unwatch(leave);
          resolve(result);
        });
        waiting.watch(leave);
      });
    },
  };
  inFlight.set(key, flight);
  const result = flight.wait(own);
  const end = (of: FlightResult): void => {
    // A call that continues from here may start another flight.
    inFlight.delete(key);
    land(of);
  };
  work(cancellation).then(end, () => end(NO_RESULT));
  return result;
}
