import { canonicalJson, type Json } from "../model/json.ts";
import { keyedHash, randomId } from "../model/hash.ts";
import type { Values } from "../store/values.ts";
import { HttpRefusal } from "./http-refusal.ts";

/** What is kept of an idempotency key. */
interface KeptKey {
  readonly runId: string;
  readonly body: string;
}

const PREFIX = "server/once/";
const KEPT_MS = 7 * 86_400_000;

/** Whose key it is, and what it is asked for. */
export interface Once {
  readonly key: string;
  readonly tenant: string | undefined;
  /** What was asked for, with the way. */
  readonly asked: unknown;
}

/**
 * Gives the id that a run is to have under an idempotency key: the same one for the same request, for seven days. Neither the key nor what
 * is asked for is kept, nor what could be guessed from: the hash of the request is keyed with the caller's key. Refuses with 409 another
 * request under the same key.
 */
export async function idOnce(
  values: Values,
  { key, tenant, asked }: Once,
): Promise<{ readonly runId: string; readonly forget: () => Promise<void> }> {
  const at = PREFIX + keyedHash(key, JSON.stringify(["key", tenant ?? null]));
  const body = keyedHash(key, canonicalJson(["body", tenant ?? null, asked]));
  const made: KeptKey = { runId: randomId(), body };
  const kept = keptIn(
    await values.change(
      at,
      (before) => (keptIn(before) === undefined ? ({ ...made } as Json) : before),
      {
        runId: made.runId,
        expiresAtMs: (_made, nowMs) => nowMs + KEPT_MS,
      },
    ),
  );
  if (kept?.body !== body) {
    throw new HttpRefusal(
      409,
      "CONFLICT",
      "This Idempotency-Key began another run; use a new key for this one.",
    );
  }
  const { runId } = kept;
  return {
    runId,
    async forget() {
      await values.change(at, (before) => (keptIn(before)?.runId === runId ? undefined : before));
    },
  };
}

function keptIn(value: Json | undefined): KeptKey | undefined {
  const { runId, body } = Object(value) as Partial<KeptKey>;
  return typeof runId === "string" && typeof body === "string" ? { runId, body } : undefined;
}

/** The key of a request; `undefined` where it has none. */
export function idempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new HttpRefusal(
    400,
    "BAD_REQUEST",
    "An Idempotency-Key has 1 to 200 characters of ASCII, without spaces.",
  );
}
