/** A value that survives JSON: what enters the log, a key, or another machine. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Why a value is not to be taken, as the end of a sentence that begins with its name. */
export interface JsonFault {
  readonly kind: "not-json" | "too-large";
  readonly why: string;
}

const MAX_DEPTH = 500;

/**
 * Finds out whether a value survives JSON within `maxBytes`, without writing it. Stops at the first fault, so that a
 * hostile value costs no more than a permitted one.
 *
 * A property that is `undefined` is taken, since JSON leaves it out and nobody can tell; so is `undefined` itself, for an
 * agent that answers nothing. Refused are functions, symbols, bigints, `NaN`, infinities, cycles, class instances (a Date,
 * a Map), objects with `toJSON`, holes in arrays and nesting below 500 levels. Strings count one byte a UTF-16 unit.
 */
export function jsonFault(value: unknown, maxBytes: number): JsonFault | undefined {
  if (value === undefined) return undefined;
  const walk: Walk = { bytes: 0, maxBytes, keys: [], ancestors: [] };
  try {
    return valueFault(walk, value);
  } catch {
    return notJson(walk, "a property that cannot be read");
  }
}

interface Walk {
  /** Bytes seen, at least. */
  bytes: number;
  readonly maxBytes: number;
  /** The path to the value that is looked at. */
  readonly keys: (string | number)[];
  readonly ancestors: object[];
}

function valueFault(walk: Walk, value: unknown): JsonFault | undefined {
  switch (typeof value) {
    case "string":
      walk.bytes += value.length + 2;
      break;
    case "number":
      if (!Number.isFinite(value)) return notJson(walk, `the number ${value}`);
      walk.bytes += 8;
      break;
    case "boolean":
      walk.bytes += 5;
      break;
    case "object":
      if (value === null) {
        walk.bytes += 4;
        break;
      }
      return objectFault(walk, value);
    default:
      return notJson(walk, `a ${typeof value}`);
  }
  return walk.bytes > walk.maxBytes ? tooLarge(walk) : undefined;
}

function objectFault(walk: Walk, value: object): JsonFault | undefined {
  const { ancestors } = walk;
  if (ancestors.length >= MAX_DEPTH) {
    return notJson(walk, ancestors.includes(value) ? "a cycle" : `more than ${MAX_DEPTH} levels`);
  }
  ancestors.push(value);
  const fault = Array.isArray(value) ? itemsFault(walk, value) : membersFault(walk, value);
  ancestors.pop();
  return fault ?? (walk.bytes > walk.maxBytes ? tooLarge(walk) : undefined);
}

function itemsFault(walk: Walk, items: readonly unknown[]): JsonFault | undefined {
  walk.bytes += items.length + 2;
  if (walk.bytes > walk.maxBytes) return tooLarge(walk);
  for (let index = 0; index < items.length; index++) {
    walk.keys.push(index);
    const fault = valueFault(walk, items[index]);
    if (fault !== undefined) return fault;
    walk.keys.pop();
  }
  return undefined;
}

function membersFault(walk: Walk, object: object): JsonFault | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype && !isForeignPlain(prototype)) {
    return notJson(walk, `a ${nameOf(object)}`);
  }
  const members = object as Readonly<Record<string, unknown>>;
  if (typeof members["toJSON"] === "function") return notJson(walk, "an object with toJSON");
  walk.bytes += 2;
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value === undefined) continue;
    walk.bytes += key.length + 4;
    walk.keys.push(key);
    const fault = valueFault(walk, value);
    if (fault !== undefined) return fault;
    walk.keys.pop();
  }
  return undefined;
}

function notJson({ keys }: Walk, what: string): JsonFault {
  return { kind: "not-json", why: `has ${what}${keys.length === 0 ? "" : ` at ${where(keys)}`}` };
}

// A plain object of another realm, such as a vm context: its prototype is that realm's Object.prototype.
function isForeignPlain(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), "isPrototypeOf");
}

function nameOf(object: object): string {
  const name: unknown = (object.constructor as { name?: unknown } | undefined)?.name;
  return typeof name === "string" && name !== "" ? name.slice(0, 50) : "class instance";
}

function where(keys: readonly (string | number)[]): string {
  const shown = keys.slice(0, 6).map((key) => String(key).slice(0, 50));
  return `"${shown.join(".")}${keys.length > 6 ? "…" : ""}"`;
}

function tooLarge({ maxBytes }: Walk): JsonFault {
  return { kind: "too-large", why: `is larger than ${maxBytes} bytes` };
}

/**
 * The one text of a JSON value: RFC 8785 (JSON Canonicalization Scheme). Its numbers and strings are ECMAScript's own, its
 * keys are sorted by UTF-16 code units. `value` must have passed `jsonFault`; `undefined` stands for null at the top.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const object = value as Readonly<Record<string, unknown>>;
    const members = Object.keys(object)
      .filter((key) => object[key] !== undefined)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
