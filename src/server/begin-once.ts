import { canonicalJson, type Json } from "../model/json.ts";
import { keyedHash, randomId } from "../model/hash.ts";
import type { Values } from "../store/values.ts";
import { HttpRefusal } from "./http/http-refusal.ts";

/** What is stored for an idempotency key. */
interface KeptKey {
  readonly runId: string;
  readonly body: string;
}

const PREFIX = "server/once/";
const KEPT_MS = 7 * 86_400_000;

/** The caller of an idempotency key, and its request. */
export interface Once {
  readonly key: string;
  readonly tenant: string | undefined;
  /** The request, with its route. */
  readonly asked: unknown;
}

/**
 * The run id for an idempotency key: the same for the same request, for seven days. Neither the key nor the request is stored, nor anything from
 * which they could be guessed: the hash of the request is keyed with the caller's key. Refuses with 409 a different request with the same key.
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

/** The idempotency key of a request; `undefined` if it has none. */
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
