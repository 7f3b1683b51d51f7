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
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return undefined;
    case "string":
      return value.length + 2 <= maxBytes ? undefined : tooLarge(maxBytes);
    default:
      return walkFault(value, maxBytes);
  }
}

function walkFault(root: unknown, maxBytes: number): JsonFault | undefined {
  let bytes = 0;
  const ancestors: object[] = [];
  const keys: (string | number)[] = [];

  const notJson = (what: string): JsonFault => ({
    kind: "not-json",
    why: `has ${what}${keys.length === 0 ? "" : ` at ${where(keys)}`}`,
  });

  const walk = (value: unknown): JsonFault | undefined => {
    switch (typeof value) {
      case "string":
        bytes += value.length + 2;
        break;
      case "number":
        if (!Number.isFinite(value)) return notJson(`the number ${value}`);
        bytes += 8;
        break;
      case "boolean":
        bytes += 5;
        break;
      case "object": {
        if (value === null) {
          bytes += 4;
          break;
        }
        if (ancestors.length >= MAX_DEPTH) {
          return notJson(ancestors.includes(value) ? "a cycle" : `more than ${MAX_DEPTH} levels`);
        }
        ancestors.push(value);
        const fault = Array.isArray(value) ? walkArray(value) : walkObject(value);
        if (fault !== undefined) return fault;
        ancestors.pop();
        break;
      }
      default:
        return notJson(`a ${typeof value}`);
    }
    return bytes > maxBytes ? tooLarge(maxBytes) : undefined;
  };

  const walkArray = (items: readonly unknown[]): JsonFault | undefined => {
    bytes += items.length + 2;
    if (bytes > maxBytes) return tooLarge(maxBytes);
    for (let i = 0; i < items.length; i++) {
      keys.push(i);
      const fault = walk(items[i]);
      if (fault !== undefined) return fault;
      keys.pop();
    }
    return undefined;
  };

  const walkObject = (object: object): JsonFault | undefined => {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== null && prototype !== Object.prototype && !isForeignPlain(prototype)) {
      return notJson(`a ${nameOf(object)}`);
    }
    if (typeof (object as { toJSON?: unknown }).toJSON === "function") {
      return notJson("an object with toJSON");
    }
    bytes += 2;
    for (const key of Object.keys(object)) {
      const value = (object as Readonly<Record<string, unknown>>)[key];
      if (value === undefined) continue;
      bytes += key.length + 4;
      keys.push(key);
      const fault = walk(value);
      if (fault !== undefined) return fault;
      keys.pop();
    }
    return undefined;
  };

  try {
    return walk(root);
  } catch {
    return notJson("a property that cannot be read");
  }
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

function tooLarge(maxBytes: number): JsonFault {
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
