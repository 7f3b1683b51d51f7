import { BillFold } from "../../../src/money/bill.ts";
import type { RunEvent } from "../../../src/model/events.ts";
import { runFold } from "../../../src/report/run-view.ts";
import type { RunSource, RunState } from "../source.ts";
import type { Client } from "./client.ts";
import { Refused } from "./refused.ts";

/** The state of the connection to the server. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** It is retried automatically. */
  | { readonly kind: "lost"; readonly sinceMs: number; readonly why: string }
  /** The run has ended, so nothing more will arrive. */
  | { readonly kind: "ended" }
  /** The server refuses, and a retry would not help. */
  | { readonly kind: "refused"; readonly error: Refused };

export interface LiveState {
  readonly connection: Connection;
  readonly paused: boolean;
  /** The number of events that arrived since the pause and are not shown yet. */
  readonly waiting: number;
  /** Whether nothing of the run has been shown yet. */
  readonly empty: boolean;
}

/** A run whose events arrive from a server, until it is stopped. */
export interface LiveSource extends RunSource {
  readonly live: () => LiveState;
  readonly pause: (paused: boolean) => void;
  /** Retries at once instead of later. */
  readonly tryAgain: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** The shortest time between two drawings while events arrive, in ms. */
const DRAW_MS = 100;
const TICK_MS = 1_000;
const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;
/** A server sends something at least every 15 s: after this time without anything the connection is dead. */
const SILENCE_MS = 45_000;

/** `interruptedAt`: the number of events when the run was known to be driven by no process. */
export function liveSource(
  client: Client,
  runId: string,
  interruptedAt: number | undefined,
): LiveSource {
  const fold = runFold(runId);
  const bills = new BillFold();
  const listeners = new Set<() => void>();
  let held: RunEvent[] = [];
  let seen = 0;
  let shown = 0;
  let slow = DRAW_MS;
  let heardAtMs = 0;
  let live: LiveState = {
    connection: { kind: "connecting" },
    paused: false,
    waiting: 0,
    empty: true,
  };
  let state: RunState = { run: fold.view(), bill: bills.bill() };
  let stopping: AbortController | undefined;
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let ticking: ReturnType<typeof setInterval> | undefined;
  let wake: (() => void) | undefined;

  const tell = (): void => {
    for (const told of listeners) told();
  };
  const say = (change: Partial<LiveState>): void => {
    live = { ...live, ...change };
    tell();
  };

  /** Folds the events, and draws the page. Nothing is folded during a pause, because the shown view shares its collections with the fold. */
  function draw(): void {
    drawing = undefined;
    if (live.paused) {
      say({ waiting: held.length });
      return;
    }
    const begun = performance.now();
    for (const event of held) {
      fold.add(event);
      bills.add(event);
      shown = event.seq;
    }
    held = [];
    state = { run: runNow(), bill: bills.bill() };
    say({ waiting: 0, empty: shown === 0 });
    const tookMs = performance.now() - begun;
    // A large run takes longer to draw, and leaves as much time between drawings.
    slow = Math.min(2_000, Math.max(DRAW_MS, tookMs * 4));
  }

  function drawSoon(): void {
    drawing ??= setTimeout(draw, live.empty ? 0 : slow);
  }

  function runNow(): RunState["run"] {
    const run = fold.view();
    if (run.status !== "running") return run;
    if (shown === interruptedAt) return { ...run, status: "interrupted" };
    // Running calls continue: their bars grow between events, by this page's clock since the last event.
    if (live.connection.kind !== "live") return run;
    return { ...run, lastAtMs: run.lastAtMs + Math.max(0, performance.now() - heardAtMs) };
  }

  function tick(): void {
    if (document.hidden || live.paused || live.empty || held.length > 0) return;
    if (fold.view().status === "running" && live.connection.kind === "live") drawSoon();
  }

  async function keep(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries++) {
      let why = "The server closed the connection.";
      try {
        for await (const { events, ended } of partsOf(signal)) {
          take(events);
          tries = 0;
          if (live.connection.kind !== "live") say({ connection: { kind: "live" } });
          if (ended || lastIsEnd(events)) {
            say({ connection: { kind: "ended" } });
            return;
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && isFinal(error)) {
          say({ connection: { kind: "refused", error } });
          return;
        }
        why = error instanceof Error ? error.message : String(error);
      }
      if (signal.aborted) return;
      const sinceMs = live.connection.kind === "lost" ? live.connection.sinceMs : Date.now();
      say({ connection: { kind: "lost", sinceMs, why } });
      await pauseBetween(tries, signal);
    }
  }

  /** The events after the last received one; fails if nothing arrives for too long. */
  async function* partsOf(signal: AbortSignal): ReturnType<Client["events"]> {
    const silence = new AbortController();
    const both = AbortSignal.any([signal, silence.signal]);
    const quiet = (): void => silence.abort(new Error("Nothing was heard of the server."));
    let timer = setTimeout(quiet, SILENCE_MS);
    try {
      for await (const part of client.events(runId, seen, both)) {
        clearTimeout(timer);
        timer = setTimeout(quiet, SILENCE_MS);
        yield part;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function take(events: readonly RunEvent[]): void {
    for (const event of events) {
      // After a reconnection some may arrive twice; a missing one is asked for again.
      if (event.seq <= seen) continue;
      if (event.seq !== seen + 1) throw new Error("An event was lost on the way.");
      seen = event.seq;
      heardAtMs = performance.now();
      held.push(event);
    }
    if (events.length > 0) drawSoon();
  }

  function pauseBetween(tries: number, signal: AbortSignal): Promise<void> {
    const most = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
    const waitMs = tries === 0 ? FIRST_WAIT_MS / 2 : most * (0.5 + Math.random() / 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    wake = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      wake = undefined;
    });
  }

  const online = (): void => wake?.();

  return {
    now: () => state,
    live: () => live,
    follow(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    pause(paused) {
      say({ paused });
      if (!paused && held.length > 0) draw();
    },
    tryAgain: online,
    start() {
      if (stopping !== undefined) return;
      stopping = new AbortController();
      ticking = setInterval(tick, TICK_MS);
      window.addEventListener("online", online);
      void keep(stopping.signal);
    },
    stop() {
      stopping?.abort();
      stopping = undefined;
      clearTimeout(drawing);
      drawing = undefined;
      clearInterval(ticking);
      window.removeEventListener("online", online);
    },
  };
}

function lastIsEnd(events: readonly RunEvent[]): boolean {
  const type = events.at(-1)?.type;
  return type === "run.finished" || type === "run.cancelled";
}

/** Whether another request would get the same answer. */
function isFinal({ status, code }: Refused): boolean {
  return (
    code === "TOO_LARGE" || (status >= 400 && status < 500 && ![408, 425, 429].includes(status))
  );
}
