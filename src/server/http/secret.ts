import { createHash, randomBytes } from "node:crypto";

/** A random secret of 256 bits, as 43 characters. */
export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The hash of a secret, which is stored in its place. A plain hash is enough, since the secret has at least 128 random bits. */
export function secretHash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
