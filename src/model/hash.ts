import type * as Crypto from "node:crypto";

/**
 * Node's crypto, loaded when it is first needed: importing it takes longer than the rest of a small program.
 */
let loaded: typeof Crypto | undefined;

function crypto(): typeof Crypto {
  loaded ??= process.getBuiltinModule("node:crypto");
  return loaded;
}

/** SHA-256 of a text in UTF-8, as 43 characters of base64url. */
export function sha256(text: string): string {
  return crypto().hash("sha256", text, "base64url");
}

/** HMAC with SHA-256 of a text in UTF-8, as 43 characters of base64url: without the secret, nobody can guess the text from it. */
export function keyedHash(secret: string, text: string): string {
  return crypto().createHmac("sha256", secret).update(text).digest("base64url");
}

/** A random UUID. */
export function randomId(): string {
  return crypto().randomUUID();
}
