/** A key as bytes: UTF-16 with the high byte first. Databases compare bytes, so they order keys by code units; text would be compared as UTF-8. */
export function keyBytes(key: string): Buffer {
  return Buffer.from(key, "utf16le").swap16();
}

/** The key of some bytes; empty for what is none. */
export function keyOf(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).swap16().toString("utf16le") : "";
}

// Longer than any key, so that every key with a prefix is below the prefix with this end appended.
const END = Buffer.alloc(2_002, 0xff);

/** Bytes above those of every key that begins with a prefix, given as bytes. */
export function keysEnd(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, END]);
}
