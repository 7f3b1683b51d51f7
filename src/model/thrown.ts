// What foreign code throws may be anything: an error of another realm, a response, a symbol, an object that throws when it is
// read. Nothing here throws.

import { hear } from "./hear.ts";
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
  const causes: Cause[] = [];
  const seen = new Set<unknown>([error]);
  let next = read(error, "cause");
  while (next !== undefined && causes.length < MAX_CAUSES && !seen.has(next)) {
    seen.add(next);
    causes.push(describe(next));
    next = causeOf(next);
  }
  return causes;
}

/** One line about any thrown value. Hears promises in it, because only this line is left. */
export function describeThrown(thrown: unknown): string {
  hear(thrown);
  return describe(thrown).message;
}

/** The cause of something; for several failures at once, the first. */
function causeOf(thrown: unknown): unknown {
  const cause = read(thrown, "cause");
  if (cause !== undefined) return cause;
  const errors = read(thrown, "errors");
  try {
    return Array.isArray(errors) ? (errors[0] as unknown) : undefined;
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): Cause {
  if (typeof thrown !== "object" && typeof thrown !== "function") {
    return { name: typeof thrown, message: plainText(thrown) };
  }
  if (thrown === null) return { name: "null", message: "null" };
  const [name, message, status] = ["name", "message", "status"].map((key) => read(thrown, key));
  const code = read(thrown, "code");
  return {
    name: typeof name === "string" && name !== "" ? clipWords(name, MAX_NAME) : kindOf(thrown),
    message: bounded(messageOf(thrown, { name, message, status })),
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

function messageOf(thrown: object, { name, message, status }: ThrownText): string {
  if (typeof message === "string" && message !== "") return message;
  if (typeof message === "string" && typeof name === "string" && name !== "") return name;
  if (typeof status === "number" && read(thrown, "headers") !== undefined) {
    const [statusText, url] = [read(thrown, "statusText"), read(thrown, "url")];
    const words = typeof statusText === "string" && statusText !== "" ? ` ${statusText}` : "";
    return `HTTP ${status}${words}${typeof url === "string" && url !== "" ? ` of ${url}` : ""}`;
  }
  if (typeof thrown === "function") return "a function";
  // Each of its numbers would be a line.
  if (ArrayBuffer.isView(thrown)) return `${kindOf(thrown)} of ${thrown.byteLength} bytes`;
  try {
    return String(JSON.stringify(thrown, heard));
  } catch (unreadable) {
    hear(unreadable);
    return "an unprintable object";
  }
}

// `hear` has not seen what a toJSON or a getter has only just made.
function heard(this: object, key: string, value: unknown): unknown {
  if (Reflect.getOwnPropertyDescriptor(this, key)?.value !== value) hear(value);
  return value;
}

function plainText(thrown: unknown): string {
  return bounded(typeof thrown === "string" ? thrown : String(thrown));
}

/** The kind of an object, by its class. */
function kindOf(thrown: object): string {
  const name = read(read(thrown, "constructor"), "name");
  return typeof name === "string" && name !== "" ? clipWords(name, MAX_NAME) : "Object";
}

/** A property of anything; one that cannot be read counts as absent. */
function read(object: unknown, key: string): unknown {
  try {
    const whole = Object(object) as Readonly<Record<string, unknown>>;
    const value = whole[key];
    // A class has much in it, but nothing that was thrown.
    return typeof value === "function" ? value : heard.call(whole, key, value);
  } catch (unreadable) {
    hear(unreadable);
    return undefined;
  }
}
