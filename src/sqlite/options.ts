import { NOW } from "../check/arguments.ts";
import { fitting, integer, number, word } from "../check/kinds.ts";
import { option, options, type Options } from "../check/options.ts";
import { systemClock, type Clock } from "../async/clock.ts";
import { QuorateError } from "../model/errors.ts";
import { codecFault, type Codec } from "../store/codec.ts";

export interface SqliteOptions {
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

const DAY_MS = 86_400_000;
const LEAST_LEASE_MS = 300;
const LEAST_MAX_BYTES = 1024 * 1024;

const CODEC = option<Codec>((given, what) => {
  const fault = codecFault(given as Codec);
  if (fault === undefined) return given as Codec;
  throw new QuorateError("BAD_OPTIONS", `${what} is not to be used: ${fault}.`);
}, "");

export const SQLITE: Options<
  SqliteOptions,
  "sync" | "busyTimeoutMs" | "maxBytes" | "leaseMs" | "retainMs" | "clock"
> = options(
  {
    path: fitting<string>(
      (given) => typeof given === "string" && given !== "" && !given.includes("\0"),
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
