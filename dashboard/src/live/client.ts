import { eventsIn, type StreamPart } from "./event-stream.ts";
import { Refused } from "./refused.ts";

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The only place that asks the server. Rejects with `Refused`, and with the signal's reason. */
export interface Client {
  readonly get: <T>(path: string, params?: Params, signal?: AbortSignal) => Promise<T>;
  readonly post: <T>(path: string, body: unknown, signal?: AbortSignal) => Promise<T>;
  readonly remove: (path: string) => Promise<void>;
  /** Events of a run after this one, as they arrive; ends with the log, or when the connection is closed. */
  readonly events: (
    runId: string,
    afterSeq: number,
    signal: AbortSignal,
  ) => AsyncGenerator<StreamPart>;
}

/** How long a request may take. */
const MOST_MS = 30_000;

/** `signedOut` is called when the server does not know the caller. */
export function makeClient(signedOut: () => void): Client {
  async function ask(path: string, init: RequestInit, most: number | undefined): Promise<Response> {
    const ownSignal = most === undefined ? [] : [AbortSignal.timeout(most)];
    const signals = [...ownSignal, ...(init.signal ? [init.signal] : [])];
    let response: Response;
    try {
      response = await fetch(new URL(`api/${path}`, document.baseURI), {
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        ...init,
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw unreached(error);
    }
    if (response.ok) return response;
    const refused = await refusedBy(response);
    if (response.status === 401 && path !== "session") signedOut();
    throw refused;
  }

  async function json<T>(path: string, init: RequestInit): Promise<T> {
    const response = await ask(path, init, MOST_MS);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (error) {
      init.signal?.throwIfAborted();
      throw unreached(error);
    }
  }

  return {
    get: (path, params = {}, signal) => json(path + queryOf(params), { ...given(signal) }),
    post: (path, body, signal) =>
      json(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        ...given(signal),
      }),
    remove: async (path) => {
      const headers = { "Content-Type": "application/json" };
      await ask(path, { method: "DELETE", headers }, MOST_MS);
    },
    async *events(runId, afterSeq, signal) {
      const headers = {
        Accept: "text/event-stream",
        ...(afterSeq > 0 && { "Last-Event-ID": String(afterSeq) }),
      };
      const path = `runs/${encodeURIComponent(runId)}/events`;
      const { body } = await ask(path, { headers, signal }, undefined);
      if (body === null) return;
      try {
        yield* eventsIn(body);
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof Refused ? error : unreached(error);
      }
    },
  };
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function unreached(error: unknown): Refused {
  const late = error instanceof DOMException && error.name === "TimeoutError";
  const why = late
    ? `The server did not answer within ${MOST_MS / 1000} s.`
    : "The server cannot be reached.";
  return new Refused(0, late ? "TIMEOUT" : "NOT_CONNECTED", why);
}

const MOST_MESSAGE_CHARS = 2_000;

async function refusedBy(response: Response): Promise<Refused> {
  const { status } = response;
  let said: unknown;
  try {
    said = ((await response.json()) as { readonly error?: unknown } | null)?.error;
  } catch {
    // Another server answered: only the status is known.
  }
  const { code, message } = Object(said) as { readonly code?: unknown; readonly message?: unknown };
  return new Refused(
    status,
    typeof code === "string" ? code : `HTTP_${status}`,
    typeof message === "string" && message !== ""
      ? message.slice(0, MOST_MESSAGE_CHARS)
      : `The server answered with ${status}.`,
  );
}

function queryOf(params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const values = typeof value === "object" ? value : [value];
    for (const one of values) if (one !== undefined && one !== "") query.append(name, String(one));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
