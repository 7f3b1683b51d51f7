import { HttpRefusal } from "./http-refusal.ts";

/** What is allowed at most. */
export interface ServerLimits {
  /** Of the body of a request (1 MiB). */
  readonly bodyBytes?: number;
  /** How long a request may take, in ms (30,000); what streams has no end. */
  readonly requestMs?: number;
  /** Requests a minute, of one token (1,200). */
  readonly requestsPerMinute?: number;
  /** Streams of events at once, of one token (100). */
  readonly streams?: number;
  /** Streams of events at once, of all (1,000). */
  readonly allStreams?: number;
  /** Runs that the server drives at once (200). */
  readonly runs?: number;
  /** How long a stream may stand without its reader taking anything, in ms (30,000). */
  readonly stalledMs?: number;
}

/** Counts what each asks for. */
export interface Allowance {
  /** Refuses with 429 who has asked too often. */
  readonly take: (key: string) => void;
  /** Refuses with 429 who has too many streams open; gives what closes one. */
  readonly stream: (key: string) => () => void;
}

const MINUTE_MS = 60_000;

/** A bucket for each, which is full after a minute. Keys are those of tokens, and one for all who have none: their number is bounded. */
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
