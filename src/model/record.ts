/**
 * Puts a value under a name that somebody else chose. Plain assignment would set the prototype for `"__proto__"`, and a
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
