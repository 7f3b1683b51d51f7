import { createContext, useContext, useEffect, useState } from "react";
import type { Client } from "./client.ts";
import { Refused } from "./refused.ts";
import type { SessionAnswer } from "../../../src/server/wire.ts";

/** What the pages share: who asks the server, and what that is allowed. */
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

/** What was asked for: not there yet, there, or refused. What was there stays while it is asked for again. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: Refused | undefined;
  readonly again: () => void;
}

/** Asks for something when the page is drawn, and anew when `key` changes; `undefined` as a key asks for nothing. */
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
    // What is asked for is said by its key alone.
  }, [client, key, times]);
  const data = got !== undefined && got.key === key ? got.data : undefined;
  return { data, error, again: () => setTimes((before) => before + 1) };
}

export function refusal(failure: unknown): Refused {
  if (failure instanceof Refused) return failure;
  return new Refused(0, "PAGE", failure instanceof Error ? failure.message : String(failure));
}

/** What somebody asked to be done: whether it is under way, and why it was refused. */
export interface Deed {
  readonly busy: boolean;
  readonly error: Refused | undefined;
  readonly run: (deed: () => Promise<void>) => void;
}

/** One deed at a time: a second click while one is under way does nothing. */
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
