import { createContext, useContext, useEffect, useState } from "react";
import type { Client } from "./client.ts";
import { Refused } from "./refused.ts";
import type { SessionAnswer } from "../../../src/server/wire.ts";

/** What the pages share: the client, and what it is allowed. */
export interface Signed {
  readonly client: Client;
  readonly session: SessionAnswer;
  readonly signOut: () => void;
}

const SignedContext = createContext<Signed | undefined>(undefined);

export const SignedProvider = SignedContext.Provider;

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (signed === undefined) throw new Error("A page is drawn before anybody has signed in.");
  return signed;
}

export function useMay(scope: SessionAnswer["scopes"][number]): boolean {
  return useSigned().session.scopes.includes(scope);
}

/** A value that is loading, loaded, or refused. The last value stays while it is loaded again. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: Refused | undefined;
  readonly again: () => void;
}

/** Loads a value when the page is drawn, and again when `key` changes; does nothing if `key` is `undefined`. */
export function useLoaded<T>(
  key: string | undefined,
  load: (client: Client, signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const { client } = useSigned();
  const [times, setTimes] = useState(0);
  const [got, setGot] = useState<{ readonly key: string; readonly data: T } | undefined>(undefined);
  const [error, setError] = useState<Refused | undefined>(undefined);
  useEffect(() => {
    setError(undefined);
    if (key === undefined) return;
    const leaving = new AbortController();
    load(client, leaving.signal).then(
      (data) => {
        if (!leaving.signal.aborted) setGot({ key, data });
      },
      (failure: unknown) => {
        if (!leaving.signal.aborted) setError(refusal(failure));
      },
    );
    return () => leaving.abort();
    // The key alone identifies what is loaded.
  }, [client, key, times]);
  const data = got !== undefined && got.key === key ? got.data : undefined;
  return { data, error, again: () => setTimes((before) => before + 1) };
}

export function refusal(failure: unknown): Refused {
  if (failure instanceof Refused) return failure;
  return new Refused(0, "PAGE", failure instanceof Error ? failure.message : String(failure));
}

/** An action that the user started: whether it is running, and why it was refused. */
export interface Deed {
  readonly busy: boolean;
  readonly error: Refused | undefined;
  readonly run: (deed: () => Promise<void>) => void;
}

/** One action at a time: a second click while one is running does nothing. */
export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Refused | undefined>(undefined);
  return {
    busy,
    error,
    run(deed) {
      if (busy) return;
      setBusy(true);
      setError(undefined);
      deed()
        .catch((failure: unknown) => setError(refusal(failure)))
        .finally(() => setBusy(false));
    },
  };
}
