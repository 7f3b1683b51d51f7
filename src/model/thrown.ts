// What foreign code throws may be anything: an error of another realm, a response, a symbol, an object that throws when it is
// read. Nothing here throws.

import { hear } from "./hear.ts";
import { jsonStart, readMade } from "./json-start.ts";
import { clipWords } from "./text.ts";

/** A thrown value, or a cause of it, as JSON. */
export interface Cause {
  /** The error's name; for other values their kind. */
  readonly name: string;
  readonly message: string;
  /** Its own code, as systems and clients set it. */
  readonly code?: string | number;
  /** Its HTTP status. */
  readonly status?: number;
}

/** How much of a message is kept, in UTF-16 units, without the `…` for the rest. */
export const MAX_TEXT = 2_000;

const MAX_NAME = 100;
const MAX_CAUSES = 3;

/** A message, shortened to what is kept of it. */
export function bounded(text: string): string {
  return clipWords(text, MAX_TEXT + 1);
}

/** The causes of an error, three deep. */
export function causesOf(error: { readonly cause?: unknown }): readonly Cause[] {
  return hearingMade((made) => {
    const causes: Cause[] = [];
    const seen = new Set<unknown>([error]);
    let next = read(error, "cause", made);
    while (next !== undefined && causes.length < MAX_CAUSES && !seen.has(next)) {
      seen.add(next);
      causes.push(describe(next, made));
      next = causeOf(next, made);
    }
    return causes;
  });
}

/** One line about any thrown value. Hears promises in it, because only this line is left. */
export function describeThrown(thrown: unknown): string {
  hear(thrown);
  return hearingMade((made) => describe(thrown, made).message);
}

/**
 * What `work` returns. Hears what it has added to `made`, all at once: what a getter or `toJSON` has only just made was in nothing that
 * was heard before, and each of many such values may be large.
 */
function hearingMade<T>(work: (made: unknown[]) => T): T {
  const made: unknown[] = [];
  const result = work(made);
  hear(made);
  return result;
}

/** The cause of something; for several failures at once, the first. */
function causeOf(thrown: unknown, made: unknown[]): unknown {
  const cause = read(thrown, "cause", made);
  if (cause !== undefined) return cause;
  const errors = read(thrown, "errors", made);
  try {
    return Array.isArray(errors) ? read(errors, "0", made) : undefined;
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown, made: unknown[]): Cause {
  if (typeof thrown !== "object" && typeof thrown !== "function") {
    return { name: typeof thrown, message: plainText(thrown) };
  }
  if (thrown === null) return { name: "null", message: "null" };
  const [name, message, status] = ["name", "message", "status"].map((key) =>
    read(thrown, key, made),
  );
  const code = read(thrown, "code", made);
  return {
    name:
      typeof name === "string" && name !== "" ? clipWords(name, MAX_NAME) : kindOf(thrown, made),
    message: bounded(messageOf(thrown, { name, message, status }, made)),
    ...(typeof code === "string" && { code: clipWords(code, MAX_NAME) }),
    ...(typeof code === "number" && Number.isFinite(code) && { code }),
    ...(typeof status === "number" && Number.isFinite(status) && { status }),
  };
}

interface ThrownText {
  readonly name: unknown;
  readonly message: unknown;
  readonly status: unknown;
}

function messageOf(thrown: object, { name, message, status }: ThrownText, made: unknown[]): string {
  if (typeof message === "string" && message !== "") return message;
  if (typeof message === "string" && typeof name === "string" && name !== "") return name;
  if (typeof status === "number" && read(thrown, "headers", made) !== undefined) {
    const [statusText, url] = [read(thrown, "statusText", made), read(thrown, "url", made)];
    const words = typeof statusText === "string" && statusText !== "" ? ` ${statusText}` : "";
    return `HTTP ${status}${words}${typeof url === "string" && url !== "" ? ` of ${url}` : ""}`;
  }
  if (typeof thrown === "function") return "a function";
  // Each of its numbers would be a line.
  if (ArrayBuffer.isView(thrown)) return `${kindOf(thrown, made)} of ${thrown.byteLength} bytes`;
  try {
    return jsonStart(thrown, MAX_TEXT, made);
  } catch (unreadable) {
    made.push(unreadable);
    return "an unprintable object";
  }
}

function plainText(thrown: unknown): string {
  return bounded(typeof thrown === "string" ? thrown : String(thrown));
}

/** The kind of an object, by its class. */
function kindOf(thrown: object, made: unknown[]): string {
  const name = read(read(thrown, "constructor", made), "name", made);
  return typeof name === "string" && name !== "" ? clipWords(name, MAX_NAME) : "Object";
}

/** A property of anything; one that cannot be read counts as absent. */
function read(object: unknown, key: string, made: unknown[]): unknown {
  try {
    return readMade(Object(object) as object, key, made);
  } catch (unreadable) {
    made.push(unreadable);
    return undefined;
  }
}
