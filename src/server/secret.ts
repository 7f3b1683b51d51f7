import { createHash, randomBytes } from "node:crypto";

/** 256 bits that nobody can guess, as 43 characters. */
export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What is kept of a secret. A plain hash serves: what it is of has at least 128 bits that nobody can guess. */
export function secretHash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
