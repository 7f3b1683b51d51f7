import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Codec } from "../../src/sqlite/index.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: what was changed, or written with another key, makes `decode` throw. */
export function aes(key: Buffer = randomBytes(32)): Codec {
  return {
    encode(text) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      const body = [cipher.update(text, "utf8"), cipher.final()];
      return Buffer.concat([iv, ...body, cipher.getAuthTag()]).toString("base64");
    },
    decode(code) {
      const bytes = Buffer.from(code, "base64");
      const tagAt = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(tagAt));
      const text = decipher.update(bytes.subarray(IV_BYTES, tagAt));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    },
  };
}
