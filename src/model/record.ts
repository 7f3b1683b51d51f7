/** A foreign value, seen as an object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value's fields: none if it is not an object. */
export const fields = (value: unknown): Fields => Object(value) as Fields;

/** A property of a value's own; `undefined` if the value is no object or has none of that name. */
export function ownField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Fields)[name]
    : undefined;
}

/**
 * Sets a property with a foreign name. Plain assignment would set the prototype for `"__proto__"`, and a
 * record without a prototype is slow to fill.
 */
export function put<T>(record: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") {
    Object.defineProperty(record, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    record[name] = value;
  }
}
