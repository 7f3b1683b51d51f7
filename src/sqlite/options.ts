import { NOW } from "../check/arguments.ts";
import { fitting, integer, number, word } from "../check/kinds.ts";
import { option, options, type Options } from "../check/options.ts";
import { systemClock, type Clock } from "../async/clock.ts";
import { QuorateError } from "../model/errors.ts";
import { codecFault, type Codec } from "../store/codec.ts";

export interface SqliteOptions {
  /** The file, created if it does not exist; its folder must exist. `":memory:"` keeps everything in this process. */
  readonly path: string;
  /**
   * How durable a committed event is. `"normal"`: it survives a killed process; a power cut may lose the last transactions, always whole ones.
   * `"full"`: it also survives a power cut, but each transaction waits for the disk. Default `"normal"`.
   */
  readonly sync?: "normal" | "full";
  /** How long to wait for other processes that write the same file, in ms, at most a day. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /** The largest size of the file, in bytes; at least 1 MiB. Writes beyond it are refused. Default `Infinity`. */
  readonly maxBytes?: number;
  /**
   * How long this store may be silent before other processes may take its runs, in ms, from 300 to a day. While it drives runs, it shows that it is
   * alive three times within this time. On the same machine a dead process is detected at once. Default 30,000.
   */
  readonly leaseMs?: number;
  /**
   * How long runs are kept after their end, in ms. Older ones are removed when the store is opened, and at most once an hour while it is written.
   * The file does not shrink; its space is reused. Default `Infinity`: all are kept.
   */
  readonly retainMs?: number;
  /**
   * Encodes the contents of events and values in the file, for instance to encrypt them; runs stay complete and can be resumed. A file is created
   * with or without a codec; opening it with another codec or key is refused. Default: none.
   *
   * These stay readable: run ids; the number, times and sizes of a run's events, and the run's status; which runs have the same team, tenant or tag,
   * which members of an event are large, and which of these are equal (by a keyed hash, so that contents cannot be guessed); the process id and host
   * name of processes that drive runs; the keys of values, their sizes, expiry times and runs. Everything else is encoded: supervisors, agents,
   * inputs, outputs, reasons.
   *
   * The codec keeps contents secret. It does not protect against a process that can write the file and remove, exchange or repeat encoded data.
   */
  readonly codec?: Codec;
  /** The store's time, for leases, expiries and retention. Default: the machine's clock. */
  readonly clock?: Pick<Clock, "now">;
}

const DAY_MS = 86_400_000;
const LEAST_LEASE_MS = 300;
const LEAST_MAX_BYTES = 1024 * 1024;

const CODEC = option<Codec>((given, what) => {
  const fault = codecFault(given as Codec);
  if (fault === undefined) return given as Codec;
  throw new QuorateError("BAD_OPTIONS", `${what} cannot be used: ${fault}.`);
}, "");

export const SQLITE: Options<
  SqliteOptions,
  "sync" | "busyTimeoutMs" | "maxBytes" | "leaseMs" | "retainMs" | "clock"
> = options(
  {
    path: fitting<string>(
      (given) =>
        typeof given === "string" &&
        given !== "" &&
        !given.includes("\0") &&
        // The file would have another name: half a character becomes a replacement sign on disk.
        given.isWellFormed(),
      'name a file, for instance "quorate.db"',
    ).needed(),
    sync: word("normal", "full").or("normal"),
    busyTimeoutMs: integer(0, DAY_MS).or(5_000),
    maxBytes: number(LEAST_MAX_BYTES, Infinity, `use ${LEAST_MAX_BYTES} bytes or more`).or(
      Infinity,
    ),
    leaseMs: integer(LEAST_LEASE_MS, DAY_MS).or(30_000),
    retainMs: number(0, Infinity, "use milliseconds from 0 on").or(Infinity),
    codec: CODEC,
    clock: NOW.or(systemClock),
  },
  { instead: "use { path }" },
);
