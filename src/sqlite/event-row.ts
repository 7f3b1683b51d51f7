import { QuorateError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { sha256 } from "../hash.ts";
import { quoteRun } from "../store/quote-run.ts";
import { EVENTS_PER_RUN } from "./schema.ts";

// Below this a value costs less in its event than by itself.
const LARGE_CHARS = 4_096;

const MAX_EVENT_BYTES = 64 * 1024 * 1024;

// UTF-8 needs at most 3 bytes for a UTF-16 unit.
const MAX_BYTES_PER_CHAR = 3;

/** An event as rows hold it, apart from its run. */
export interface EventRow {
  readonly seq: number;
  readonly atMs: number;
  /** JSON of all that stands in no column and is not large. */
  readonly body: string;
  readonly large: readonly LargePart[];
}

/** A member of an event that is stored by itself, once however often it occurs. */
export interface LargePart {
  readonly member: string;
  readonly hash: string;
  readonly json: string;
}

const NO_PARTS: readonly LargePart[] = [];

/** What an event becomes in the tables. Throws `STORE_FAILED` when it has no JSON, or more than 64 MiB of it. */
export function toRow(event: RunEvent): EventRow {
  const { seq, atMs } = event;
  if (!Number.isFinite(atMs) || seq >= EVENTS_PER_RUN) {
    throw new QuorateError(
      "STORE_FAILED",
      `Event ${seq} at ${atMs} ms has a seq or a time that cannot be stored.`,
    );
  }
  try {
    // What stands in columns is left out; JSON drops what is undefined.
    const rest = { ...event, runId: undefined, seq: undefined, atMs: undefined };
    const body = JSON.stringify(rest);
    if (body.length <= LARGE_CHARS) return { seq, atMs, body, large: NO_PARTS };
    refuseTooLarge(event, body);
    const large = largeParts(rest);
    const without = Object.fromEntries(large.map(({ member }) => [member, undefined]));
    return { seq, atMs, body: JSON.stringify({ ...rest, ...without }), large };
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause;
    throw new QuorateError("STORE_FAILED", `Event ${seq} (${event.type}) has no JSON form.`, {
      cause,
    });
  }
}

function largeParts(rest: Readonly<Record<string, unknown>>): readonly LargePart[] {
  const parts: LargePart[] = [];
  for (const [member, value] of Object.entries(rest)) {
    // Always in its event: whoever looks into the file finds it there.
    if (member === "type" || value === undefined) continue;
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined && json.length > LARGE_CHARS)
      parts.push({ member, hash: sha256(json), json });
  }
  return parts;
}

function refuseTooLarge({ runId, seq, type }: RunEvent, body: string): void {
  if (body.length * MAX_BYTES_PER_CHAR <= MAX_EVENT_BYTES) return;
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_EVENT_BYTES) return;
  throw new QuorateError(
    "STORE_FAILED",
    `Event ${seq} (${type}) of run ${quoteRun(runId)} has ${bytes} bytes of JSON; ` +
      `at most ${MAX_EVENT_BYTES} can be stored: put what is large elsewhere, and its place here.`,
  );
}

/** An event from its rows; `large` is the JSON of its large members. Throws `STORE_FAILED` when it is not what was written. */
export function toEvent(
  runId: string,
  row: Readonly<Record<string, unknown>>,
  large: readonly (readonly [member: string, json: string])[],
): RunEvent {
  const seq = Number(row["id"]) % EVENTS_PER_RUN;
  try {
    // Written by toRow from an event of this type.
    return {
      runId,
      seq,
      atMs: Number(row["at_ms"]),
      ...JSON.parse(String(row["body"])),
      ...Object.fromEntries(large.map(([member, json]) => [member, JSON.parse(json)])),
    } as RunEvent;
  } catch (cause) {
    throw changedOutside(runId, `event ${seq} is not JSON`, cause);
  }
}

/** What is said of a log that no version of this package has written. */
export function changedOutside(runId: string, why: string, cause?: unknown): QuorateError {
  return new QuorateError(
    "STORE_FAILED",
    `The log of run ${quoteRun(runId)} was changed from outside: ${why}.`,
    { cause },
  );
}
