import { Cancellation } from "../async/cancellation.ts";
import type { QuorateError } from "../errors.ts";
import type { Limits } from "../policy/limits.ts";
import type { Values } from "../store/values.ts";
import type { CachedAnswer } from "./cache-entry.ts";

/** What a flight came to. */
export type FlightResult =
  /** `cache`: it had been kept before; `joined`: somebody was asked for it meanwhile. */
  | { readonly kind: "answered"; readonly answer: CachedAnswer; readonly by: "cache" | "joined" }
  /** The agent failed, under these limits. */
  | { readonly kind: "failed"; readonly error: QuorateError; readonly limits: Limits }
  /** Who was to ask has left or was refused: somebody else has to. */
  | { readonly kind: "nothing" };

/**
 * A call under way that calls of the same content wait for, of whatever run. It belongs to nobody: it goes on as long as anybody
 * waits, and is cancelled when the last one has left.
 */
export interface Flight {
  /** Cancelled when nobody waits any more. */
  readonly cancellation: Cancellation;
  /**
   * Waits for what it comes to. Rejects with the reason when `own` is cancelled: at once while others wait, and for the
   * last one when the flight has ended, as whoever cancels may rely on what was asked having stopped.
   */
  wait(own: Cancellation): Promise<FlightResult>;
}

/** The flights under way, by what they are about. */
export type InFlight = Map<string, Flight>;

/** The flights of one supervisor: those of one store do not know those of another. */
export interface Flights {
  of(values: Values): InFlight;
}

export function flights(): Flights {
  const byStore = new WeakMap<Values, InFlight>();
  return {
    of(values) {
      const known = byStore.get(values);
      if (known !== undefined) return known;
      const made: InFlight = new Map();
      byStore.set(values, made);
      return made;
    },
  };
}

export const NO_RESULT: FlightResult = Object.freeze({ kind: "nothing" });

/**
 * Begins a flight, which is under way until `work` has ended; one that rejects comes to nothing. Who begins it waits for it at once,
 * as one of its callers.
 */
export function startFlight(
  inFlight: InFlight,
  key: string,
  work: (cancellation: Cancellation) => Promise<FlightResult>,
): Flight {
  const cancellation = new Cancellation();
  let callers = 0;
  const flight: Flight = {
    cancellation,
    wait(own) {
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
          own.unwatch(leave);
          resolve(result);
        });
        own.watch(leave);
      });
    },
  };
  inFlight.set(key, flight);
  const end = (result: FlightResult): FlightResult => {
    // Whoever goes on from here finds none, and may begin another.
    inFlight.delete(key);
    return result;
  };
  const ended = work(cancellation).then(end, () => end(NO_RESULT));
  return flight;
}
