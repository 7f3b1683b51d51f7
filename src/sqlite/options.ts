import { checkKeys } from "../policy/check-kind.ts";
import { systemClock, type Clock } from "../async/clock.ts";
import { QuorateError } from "../errors.ts";
import { codecFault, type Codec } from "./codec.ts";

export interface SqliteStoreOptions {
  /** The file, made when there is none; its folder must exist. `":memory:"` keeps everything in this process. */
  readonly path: string;
  /**
   * What a kept event survives. `"normal"`: a killed process; a power cut may lose the last transactions, whole ones.
   * `"full"`: a power cut too, at the price of waiting for the disk once per transaction. Default `"normal"`.
   */
  readonly sync?: "normal" | "full";
  /** How long to wait for other processes that write the same file, in ms, at most a day. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /** How large the file may grow, in bytes; at least 1 MiB. What does not fit is refused. Default `Infinity`. */
  readonly maxBytes?: number;
  /**
   * How long this store may be silent before others take its runs for gone, in ms, from 300 to a day. It shows itself three
   * times as often while it drives runs. That its process is dead is seen at once on the same machine. Default 30,000.
   */
  readonly leaseMs?: number;
  /**
   * How long runs are kept after their end, in ms. Older ones are forgotten when the store is opened, and at most once an
   * hour while it is written. The file does not shrink; its room is used again. Default `Infinity`: all are kept.
   */
  readonly retainMs?: number;
  /**
   * How what events say, and values, stand in the file, for instance encrypted; runs stay whole and can be resumed. A file is made with
   * a codec or without one, and is refused with another, or with another key, when it is opened. Default: none.
   *
   * Readable stay: run ids; how many events a run has, their times and sizes, and how a run stands; which runs are of one team, tenant
   * or tag, which of an event's members are large, and which of these are equal (by a keyed hash: what they are cannot be tried out);
   * the process id and host name of those who drive runs; the keys of values, their sizes, when they expire and from which run they came.
   * Nothing else does: no supervisor, agent, input, output or reason.
   *
   * Kept secret, not proof against who can write the file: they can remove, exchange or repeat what is encoded.
   */
  readonly codec?: Codec;
  /** The store's time: for leases, expiries and retention. Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now">;
}

export type SqliteSettings = Required<Omit<SqliteStoreOptions, "codec">> & {
  readonly codec: Codec | undefined;
};

const DEFAULTS = {
  sync: "normal",
  busyTimeoutMs: 5_000,
  maxBytes: Infinity,
  leaseMs: 30_000,
  retainMs: Infinity,
  clock: systemClock,
} as const;

const OPTIONS: ReadonlySet<string> = new Set(["path", "codec", ...Object.keys(DEFAULTS)]);

const DAY_MS = 86_400_000;
const LEAST_LEASE_MS = 300;
const LEAST_MAX_BYTES = 1024 * 1024;

/** The options with their defaults. Throws `BAD_OPTIONS`. */
export function checkOptions(options: SqliteStoreOptions): SqliteSettings {
  checkKeys(options, OPTIONS, "sqliteStore");
  const {
    path,
    sync = DEFAULTS.sync,
    busyTimeoutMs = DEFAULTS.busyTimeoutMs,
    maxBytes = DEFAULTS.maxBytes,
    leaseMs = DEFAULTS.leaseMs,
    retainMs = DEFAULTS.retainMs,
    codec,
    clock = DEFAULTS.clock,
  } = options;
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw bad(`path must name a file, for instance "quorate.db".`);
  }
  if (sync !== "normal" && sync !== "full") {
    throw bad(`sync is ${JSON.stringify(sync)}: give "normal" or "full".`);
  }
  checkMs("busyTimeoutMs", busyTimeoutMs, 0);
  checkMs("leaseMs", leaseMs, LEAST_LEASE_MS);
  if (typeof maxBytes !== "number" || !(maxBytes >= LEAST_MAX_BYTES)) {
    throw bad(
      `maxBytes is ${String(maxBytes)}: give at least ${LEAST_MAX_BYTES} bytes, or leave it out.`,
    );
  }
  if (typeof retainMs !== "number" || !(retainMs >= 0)) {
    throw bad(`retainMs is ${String(retainMs)}: give ms from 0, or leave it out.`);
  }
  const fault = codec === undefined ? undefined : codecFault(codec);
  if (fault !== undefined) throw bad(`codec is not to be used: ${fault}.`);
  if (typeof (clock as Partial<Clock> | null)?.now !== "function")
    throw bad("clock has no now(): give a clock.");
  return { path, sync, busyTimeoutMs, maxBytes, leaseMs, retainMs, codec, clock };
}

function checkMs(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= DAY_MS) return;
  throw bad(`${name} is ${String(value)}: give a whole number of ms from ${least} to ${DAY_MS}.`);
}

function bad(why: string): QuorateError {
  return new QuorateError("BAD_OPTIONS", `sqliteStore: ${why}`);
}
