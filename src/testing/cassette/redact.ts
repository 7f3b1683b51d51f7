import { QuorateError } from "../../model/errors.ts";
import { REDACTED, takeJson, type Json } from "../../model/json.ts";

/** Returns a value without its secrets. */
export type RedactTape = (value: Json) => Json;

/** Names of environment variables whose values are secrets. */
const SECRET_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|\d|$)/i;
/** Shorter values could be ordinary words. */
const LEAST_SECRET_CHARS = 8;

/** The forms of services' keys and tokens. */
const SECRET_TEXT =
  /\b(?:sk|pk|rk)[-_][\w-]{16,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}|\bAKIA[A-Z\d]{16}\b|\bAIza[\w-]{30,}|\bey[\w-]{10,}\.ey[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----|(?<=\bBearer\s)[\w.~+/-]{12,}=*/g;

/**
 * Removes secrets from what is written to a tape: text that looks like a key or a token, the values of environment variables with such names, and
 * whatever the caller's own function removes.
 */
export function redactor(own: RedactTape | undefined): RedactTape {
  const known = Object.entries(process.env)
    .filter(([name, value = ""]) => SECRET_NAME.test(name) && value.length >= LEAST_SECRET_CHARS)
    .map(([, value = ""]) => value)
    .toSorted((a, b) => b.length - a.length);
  const clean = (text: string): string =>
    known
      .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
      .replaceAll(SECRET_TEXT, REDACTED);
  return (value) => {
    const cleaned = mapped(value, clean);
    if (own === undefined) return cleaned;
    const { value: taken, fault } = { value: undefined, ...takeJson(own(cleaned), Infinity) };
    if (fault !== undefined || taken === undefined) {
      const why = fault?.why ?? "is undefined";
      throw new QuorateError("BAD_OPTIONS", `what redact of a cassette gives ${why}; give JSON`);
    }
    return taken as Json;
  };
}

/** A value with all its texts changed, including the names of members. */
function mapped(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  // fromEntries defines properties: a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [change(key), mapped(member, change)]),
  );
}
