/** A foreign value, seen as an object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value's fields: none if it is not an object. */
export const fields = (value: unknown): Fields => Object(value) as Fields;

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
