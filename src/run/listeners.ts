import { channel } from "node:diagnostics_channel";
import type { RunTracing } from "../call/tracing.ts";
import { describeThrown } from "../model/errors.ts";
import type { LiveEvent } from "../model/events.ts";
import { isThenable, promiseOf } from "../model/hear.ts";

/** Who hears of every event of a supervisor's runs. What it returns is ignored, and not waited for. */
export type OnEvent = (event: LiveEvent) => unknown;

/** Is shown every event of a run once it is kept, and progress. Must not throw. */
export type Watch = (event: LiveEvent) => void;

// The name under which Node's `diagnostics_channel` has the events of all runs of this process.
const EVENT_CHANNEL = "quorate:event";

const everyEvent = channel(EVENT_CHANNEL);

/**
 * Who is told of each event that this process keeps: whoever watches the run, the supervisor's `onEvent`, and the subscribers of
 * `quorate:event`. `undefined` where there is nobody when the run begins or goes on.
 */
export function listenersOf(
  watch: Watch | undefined,
  onEvent: OnEvent | undefined,
  tracing: RunTracing | undefined,
): Watch | undefined {
  const published = everyEvent.hasSubscribers;
  if (onEvent === undefined && !published && tracing === undefined) return watch;
  return (event) => {
    // First: what others do with an event is in the trace that it brought about.
    tracing?.hear(event);
    watch?.(event);
    onEvent?.(event);
    if (published) everyEvent.publish(event);
  };
}

/** A listener that never fails whoever tells it: the first time it fails is a warning of the process, with `where` it is from. */
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
      `${where}: ${name} failed with ${describeThrown(error)}; the run goes on, and later failures are not told`,
      "QuorateWarning",
    );
  };
  return (what) => {
    try {
      const returned = told(what);
      if (isThenable(returned)) promiseOf(returned).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
