import { channel } from "node:diagnostics_channel";
import type { RunTracing } from "../call/tracing.ts";
import { describeThrown } from "../model/errors.ts";
import type { LiveEvent } from "../model/events.ts";
import { hear, isThenable, promiseOf } from "../model/hear.ts";

/** Receives every event of a supervisor's runs. Its result is ignored and not awaited. */
export type OnEvent = (event: LiveEvent) => unknown;

/** Is shown every event of a run once it is kept, and progress. Must not throw. */
export type Watch = (event: LiveEvent) => void;

// The name of the `diagnostics_channel` with the events of all runs of this process.
const EVENT_CHANNEL = "quorate:event";

const everyEvent = channel(EVENT_CHANNEL);

/**
 * All listeners of the events that this process keeps: the watcher of the run, the supervisor's `onEvent`, and the subscribers of
 * `quorate:event`. `undefined` if there are none when the run begins or is resumed.
 */
export function listenersOf(
  watch: Watch | undefined,
  onEvent: OnEvent | undefined,
  tracing: RunTracing | undefined,
): Watch | undefined {
  const published = everyEvent.hasSubscribers;
  if (onEvent === undefined && !published && tracing === undefined) return watch;
  return (event) => {
    // First: what the others do with an event belongs to the trace that caused it.
    tracing?.hear(event);
    watch?.(event);
    onEvent?.(event);
    if (published) everyEvent.publish(event);
  };
}

/** A listener that never throws: its first failure is a warning of the process, which begins with `where`. */
export function harmless<T>(
  told: (what: T) => unknown,
  where: string,
  name: string,
): (what: T) => void {
  let warned = false;
  const failed = (error: unknown): void => {
    if (warned) return;
    warned = true;
    process.emitWarning(
      `${where}: ${name} failed with ${describeThrown(error)}; the run continues, and later failures are not reported`,
      "QuorateWarning",
    );
  };
  return (what) => {
    try {
      const returned = told(what);
      if (isThenable(returned)) promiseOf(returned).catch(failed);
      else hear(returned);
    } catch (error) {
      hear(error);
      failed(error);
    }
  };
}
