import { HttpRefusal } from "./http-refusal.ts";

/** The limits of a server. */
export interface ServerLimits {
  /** The most bytes of a request's body (1 MiB). */
  readonly bodyBytes?: number;
  /** How long a request may take, in ms (30,000); streams have no limit. */
  readonly requestMs?: number;
  /** The most requests a minute with one token (1,200). */
  readonly requestsPerMinute?: number;
  /** The most open event streams with one token (100). */
  readonly streams?: number;
  /** The most open event streams in all (1,000). */
  readonly allStreams?: number;
  /** The most runs that the server drives at once (200). */
  readonly runs?: number;
  /** How long a stream may wait for its reader before it is closed, in ms (30,000). */
  readonly stalledMs?: number;
}

/** Counts the requests and streams of each token. */
export interface Allowance {
  /** Refuses with 429 if this key has asked too often. */
  readonly take: (key: string) => void;
  /** Refuses with 429 if this key has too many open streams; returns a function that closes one. */
  readonly stream: (key: string) => () => void;
}

const MINUTE_MS = 60_000;

/** A token bucket for each key, full after a minute. There is a key for each token and one for requests without a token, so their number is limited. */
export function allowance(
  limits: Required<Pick<ServerLimits, "requestsPerMinute" | "streams" | "allStreams">>,
  nowMs: () => number,
): Allowance {
  const { requestsPerMinute: most, streams, allStreams } = limits;
  const buckets = new Map<string, { left: number; atMs: number }>();
  const open = new Map<string, number>();
  let all = 0;
  return {
    take(key) {
      const now = nowMs();
      const bucket = buckets.get(key) ?? { left: most, atMs: now };
      const gained = ((now - bucket.atMs) / MINUTE_MS) * most;
      const left = Math.min(most, bucket.left + Math.max(0, gained));
      buckets.set(key, { left: left < 1 ? left : left - 1, atMs: now });
      if (left >= 1) return;
      const seconds = Math.max(1, Math.ceil(((1 - left) * 60) / most));
      throw tooMany(`That is more than ${most} requests a minute.`, seconds);
    },
    stream(key) {
      const mine = open.get(key) ?? 0;
      if (mine >= streams) throw tooMany(`There are ${streams} streams open already.`, 5);
      if (all >= allStreams) throw tooMany("The server has as many streams open as it may.", 5);
      open.set(key, mine + 1);
      all++;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        all--;
        open.set(key, (open.get(key) ?? 1) - 1);
      };
    },
  };
}

export function tooMany(message: string, seconds: number): HttpRefusal {
  return new HttpRefusal(429, "TOO_MANY", message, { headers: { "Retry-After": String(seconds) } });
}
