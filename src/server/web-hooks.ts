import { createHmac } from "node:crypto";
import { option, options, type Option, type Options } from "../check/options.ts";
import { QuorateError } from "../model/errors.ts";
import { sha256 } from "../model/hash.ts";
import type { Json } from "../model/json.ts";
import type { RunSummary, Store } from "../store/store.ts";
import type { ServerFailure } from "./driving.ts";

/** A URL that the server notifies of runs that wait for a person or have ended. */
export interface WebHook {
  /** An `https:` URL, or `http:` on this machine. Redirects are not followed. */
  readonly url: string;
  /** At least 32 characters: it signs the body. */
  readonly secret: string;
  /** Restricts it to runs of this tenant. Default: the runs of all tenants. */
  readonly tenant?: string;
}

/** The body of a notification. */
export interface WebHookBody {
  /** The same for every try, and for the same moment of the same run. */
  readonly id: string;
  readonly type: "run.waiting" | "run.finished" | "run.cancelled";
  readonly run: RunSummary;
}

const URL_OF: Option<string> = option((given, what) => {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  const isLocal = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  const fits = url?.protocol === "https:" || (url?.protocol === "http:" && isLocal);
  if (fits && url?.username === "" && url.password === "") return url.href;
  const why = `${what} is not a valid address of a web hook; use one with https:, without a name and a password in it`;
  throw new QuorateError("BAD_OPTIONS", why);
}, "").needed();

const HOOK_SECRET: Option<string> = option((given, what) => {
  if (typeof given === "string" && given.length >= 32) return given;
  throw new QuorateError(
    "BAD_OPTIONS",
    `${what} is not a text of at least 32 characters; make one by: openssl rand -hex 32`,
  );
}, "").needed();

export const WEB_HOOK: Options<WebHook> = options({
  url: URL_OF,
  secret: HOOK_SECRET,
  tenant: option(
    (given) => (typeof given === "string" && given !== "" ? given : undefined),
    "use a text",
  ),
});

/** Notifies web hooks of runs. */
export interface WebHooks {
  /** Checks the state of a run, and notifies the hooks that it concerns. Never throws, and does not wait for them. */
  readonly tell: (runId: string) => void;
  /** Delivers what a stopped server left undelivered. Never throws, and does not wait. */
  readonly resume: () => void;
  /** Leaves undelivered notifications to the next server. */
  readonly close: () => Promise<void>;
}

const TRIES = 6;
const FIRST_WAIT_MS = 500;
const ANSWER_MS = 10_000;
const MAX_UNDER_WAY = 1_000;
/** Undelivered notifications are dropped after a day. */
const KEPT_MS = 86_400_000;
const PREFIX = "hook/";

/**
 * Delivers at least once: six tries, with 0.5 s between the first two and four times as long each time. Undelivered notifications stay in the
 * store, so that the next server continues with them, with the same `id`.
 */
export function webHooks(
  hooks: readonly WebHook[],
  store: Store,
  onFailure: (failure: ServerFailure) => void,
): WebHooks {
  const { values } = store;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const told = new Map<string, number>();

  async function look(runId: string): Promise<void> {
    const run = await store.run(runId);
    const type = run === undefined ? undefined : typeFor(run);
    // The same moment of a run is notified once.
    if (run === undefined || type === undefined || told.get(runId) === run.events) return;
    told.set(runId, run.events);
    const [oldest] = told.keys();
    if (told.size > MAX_UNDER_WAY && oldest !== undefined) told.delete(oldest);
    const body: WebHookBody = { id: `${runId}:${run.events}`, type, run };
    await Promise.all(
      hooks
        .filter(({ tenant }) => tenant === undefined || tenant === run.tenant)
        .map(async (hook) => {
          const key = prefixOf(hook) + body.id;
          await values.change(key, () => body as unknown as Json, {
            runId,
            expiresAtMs: (_, nowMs) => nowMs + KEPT_MS,
          });
          await deliverKept(hook, key, body);
        }),
    );
  }

  // Several hooks may have the same URL, each for its own tenant.
  const prefixOf = ({ url, tenant = "" }: WebHook): string =>
    `${PREFIX}${(values.hash ?? sha256)(JSON.stringify([url, tenant]))}/`;

  /** Delivers a stored notification. If it is refused or out of tries, it is removed. */
  async function deliverKept(hook: WebHook, key: string, body: WebHookBody): Promise<void> {
    await deliver(hook, body);
    if (!stopping.signal.aborted) await values.change(key, () => undefined);
  }

  async function deliverLeft(hook: WebHook): Promise<void> {
    const left = await values.list(prefixOf(hook), { limit: MAX_UNDER_WAY });
    await Promise.all(
      left.map(({ key, value }) => deliverKept(hook, key, value as unknown as WebHookBody)),
    );
  }

  const begin = (what: string, work: Promise<void>): void => {
    const entry = work
      .catch((error: unknown) => onFailure({ what, error }))
      .finally(() => underWay.delete(entry));
    underWay.add(entry);
  };

  async function deliver(hook: WebHook, body: WebHookBody): Promise<void> {
    for (let tries = 1; ; tries++) {
      const failed = await send(hook, body, stopping.signal);
      if (failed === undefined || stopping.signal.aborted) return;
      if (tries === TRIES || failed === "refused") {
        const why = failed === "refused" ? "it was refused" : `${TRIES} tries failed`;
        const { host } = new URL(hook.url);
        onFailure({
          what: `the web hook at ${host}`,
          error: new Error(`${body.type} was not delivered: ${why}`),
        });
        return;
      }
      if (!(await waited(FIRST_WAIT_MS * 4 ** (tries - 1), stopping.signal))) return;
    }
  }

  return {
    tell(runId) {
      if (hooks.length === 0 || stopping.signal.aborted || underWay.size >= MAX_UNDER_WAY) return;
      begin(`telling of run ${runId}`, look(runId));
    },
    resume() {
      for (const hook of hooks) begin("telling of runs", deliverLeft(hook));
    },
    async close() {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

function typeFor({ status }: RunSummary): WebHookBody["type"] | undefined {
  if (status === "waiting") return "run.waiting";
  if (status === "cancelled") return "run.cancelled";
  return status === "running" || status === "interrupted" ? undefined : "run.finished";
}

/** `undefined` if it was accepted; `"refused"` if another try would be refused, too. */
async function send(
  { url, secret }: WebHook,
  what: WebHookBody,
  stopping: AbortSignal,
): Promise<"refused" | "failed" | undefined> {
  const body = JSON.stringify(what);
  const seconds = Math.floor(Date.now() / 1_000);
  try {
    const answer = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_MS)]),
      headers: {
        "Content-Type": "application/json",
        "Quorate-Delivery": what.id,
        "Quorate-Signature": `t=${seconds},v1=${hookSignature(secret, seconds, body)}`,
      },
    });
    // The response's body is not read.
    void answer.body?.cancel().catch(() => {});
    if (answer.ok) return undefined;
    const again = answer.status >= 500 || answer.status === 408 || answer.status === 429;
    return again ? "failed" : "refused";
  } catch {
    return "failed";
  }
}

/** HMAC-SHA-256 of the time and the body, in hexadecimal digits. */
function hookSignature(secret: string, seconds: number, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
}

async function waited(ms: number, stopping: AbortSignal): Promise<boolean> {
  if (stopping.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), ms);
  const stop = (): void => resolve(false);
  stopping.addEventListener("abort", stop, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener("abort", stop);
  }
}
