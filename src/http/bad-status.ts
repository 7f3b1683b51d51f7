import { QuorateError } from "../model/errors.ts";
import { REDACTED } from "../model/json.ts";
import { clipWords, plain } from "../model/text.ts";

const MAX_BYTES = 16_384;
const MAX_SAID = 500;
/** A shorter secret could be any word of a message. */
const MIN_SECRET = 6;

/** The error for an unsuccessful status, with the server's message, from which all secrets are removed. */
export async function badStatus(
  response: Response,
  agent: string,
  origin: string,
  secrets: readonly string[],
): Promise<QuorateError> {
  const { status, headers } = response;
  const responseBody = withoutSecrets(secrets, await beginningOf(response));
  const said = clipWords(plain(responseBody).replaceAll(/\s+/g, " ").trim(), MAX_SAID);
  const message = `${agent}: ${origin} answered with HTTP ${status}; ${said === "" ? "it said nothing" : `it said: ${said}`}`;
  const cause = Object.assign(new Error(`HTTP ${status}`), {
    status,
    headers: waitIn(headers),
    responseBody,
  });
  return new QuorateError("AGENT_FAILED", message, { cause });
}

async function beginningOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MAX_BYTES) break;
    }
  } catch {
    // The status says enough; the signal says whether the attempt was stopped.
  }
  return Buffer.concat(parts).subarray(0, MAX_BYTES).toString("utf8");
}

/** A text from which all secrets are removed: the longest first, since one may be part of another. */
export function withoutSecrets(secrets: readonly string[], text: string): string {
  const hidden = secrets.filter(({ length }) => length >= MIN_SECRET);
  return hidden
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

const WAITS: readonly string[] = ["retry-after", "retry-after-ms"];

const waitIn = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    WAITS.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
