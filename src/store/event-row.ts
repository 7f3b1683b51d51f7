import { QuorateError } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { quoteRun } from "./quote-run.ts";
import type { Seal } from "./seal.ts";

// A smaller value costs less inside its event than by itself.
const LARGE_CHARS = 4_096;

/** More than the greatest `seq` that a run may have. */
export const EVENTS_PER_RUN: number = 2 ** 24;

/** The largest event, in bytes of its JSON. */
export const MAX_EVENT_BYTES: number = 64 * 1024 * 1024;

// UTF-8 needs at most 3 bytes for a UTF-16 unit.
const MAX_BYTES_PER_CHAR = 3;

/** An event in the form of rows, without its run. */
export interface EventRow {
  readonly seq: number;
  readonly atMs: number;
  /** JSON of everything that has no column and is not large, sealed. */
  readonly body: string;
  readonly large: readonly LargePart[];
}

/** A member of an event that is stored by itself, once, however often it occurs. */
export interface LargePart {
  readonly member: string;
  readonly hash: string;
  /** Its JSON, sealed. */
  readonly body: string;
}

const NO_PARTS: readonly LargePart[] = [];

/**
 * The rows of an event. Throws `STORE_FAILED` if it has no JSON, or more than 64 MiB of it, or cannot be
 * sealed.
 */
export function toRow(event: RunEvent, seal: Seal): EventRow {
  const { seq, atMs, type } = event;
  if (!Number.isFinite(atMs) || seq >= EVENTS_PER_RUN) {
    throw new QuorateError(
      "STORE_FAILED",
      `Event ${seq} at ${atMs} ms has a seq or a time that cannot be stored.`,
    );
  }
  try {
    // Members with columns are left out; JSON drops undefined members.
    const rest = { ...event, runId: undefined, seq: undefined, atMs: undefined };
    const body = JSON.stringify(rest);
    if (body.length <= LARGE_CHARS)
      return { seq, atMs, body: seal.seal(body, type), large: NO_PARTS };
    refuseTooLarge(event, body);
    const large = largeParts(rest, seal);
    const without = Object.fromEntries(large.map(({ member }) => [member, undefined]));
    return { seq, atMs, body: seal.seal(JSON.stringify({ ...rest, ...without }), type), large };
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause;
    throw new QuorateError("STORE_FAILED", `Event ${seq} (${event.type}) has no JSON form.`, {
      cause,
    });
  }
}

function largeParts(rest: Readonly<Record<string, unknown>>, seal: Seal): readonly LargePart[] {
  const parts: LargePart[] = [];
  for (const [member, value] of Object.entries(rest)) {
    // Always inside its event, so that it can be found in the file.
    if (member === "type" || value === undefined) continue;
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined && json.length > LARGE_CHARS)
      parts.push({ member, hash: seal.hash(json), body: seal.seal(json) });
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

/** An event from its rows; `large` has its large members. Throws `STORE_FAILED` if it is not what was written. */
export function toEvent(
  runId: string,
  { seq, atMs, body: row }: Omit<EventRow, "large">,
  large: readonly (readonly [member: string, body: string])[],
  seal: Seal,
): RunEvent {
  try {
    const body: unknown = seal.open(row);
    if (!hasType(body)) throw new TypeError("It has no type.");
    // Written by toRow from an event of this type.
    return {
      runId,
      seq,
      atMs,
      ...body,
      ...Object.fromEntries(large.map(([member, part]) => [member, seal.open(part)])),
    } as RunEvent;
  } catch (cause) {
    throw seal.unreadable(runId, seq, cause);
  }
}

function hasType(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null && "type" in body;
}
