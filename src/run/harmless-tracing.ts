import type { RunTracing, TracedRun, Tracing } from "../call/tracing.ts";
import { describeThrown } from "../model/errors.ts";
import type { RunEvent } from "../model/events.ts";
import { hear, isThenable } from "../model/hear.ts";

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Tracing that never fails a run: its first failure is a warning of the process, which begins with `where`. */
export function harmlessTracing(tracing: Tracing, where: string): Tracing {
  let warned = false;
  function tried<T>(work: () => T): T | undefined {
    try {
      const made = work();
      // Only the promise itself: it may hold a whole SDK.
      if (isThenable(made)) hear(made);
      return made;
    } catch (error) {
      hear(error);
      if (!warned) {
        warned = true;
        process.emitWarning(
          `${where}: tracing failed with ${describeThrown(error)}; the run continues, and later failures are not reported`,
          "QuorateWarning",
        );
      }
      return undefined;
    }
  }
  return (run) => {
    const made = tried(() => tracing(run));
    return typeof made === "object" && made !== null ? harmlessRun(made, tried) : undefined;
  };
}

function harmlessRun(traced: RunTracing, tried: <T>(work: () => T) => T | undefined): RunTracing {
  const contextOf = (work: () => unknown): string | undefined => {
    const given = tried(work);
    return typeof given === "string" && TRACEPARENT.test(given) ? given : undefined;
  };
  return {
    traceparent: contextOf(() => traced.traceparent),
    hear(event) {
      tried(() => traced.hear(event));
    },
    traceparentOf: (attempt) => contextOf(() => traced.traceparentOf(attempt)),
    within<T>(attempt: Parameters<RunTracing["within"]>[0], work: () => T): T {
      // Done once, whatever the tracing does around it.
      let done: { readonly answer: T } | { readonly thrown: unknown } | undefined;
      const once = (): void => {
        if (done !== undefined) return;
        try {
          done = { answer: work() };
        } catch (thrown) {
          done = { thrown };
        }
      };
      tried(() => traced.within(attempt, once));
      once();
      const came = done as { readonly answer: T } | { readonly thrown: unknown } | undefined;
      if (came !== undefined && "answer" in came) return came.answer;
      throw came?.thrown;
    },
    end(failed) {
      tried(() => traced.end(failed));
    },
  };
}

/** The last trace context in a log. */
export function tracedBefore(events: readonly RunEvent[] | undefined): Pick<TracedRun, "earlier"> {
  for (const event of (events ?? []).toReversed()) {
    if (event.type !== "run.started" && event.type !== "run.resumed") continue;
    const { traceparent } = event;
    if (typeof traceparent === "string" && TRACEPARENT.test(traceparent)) {
      return { earlier: traceparent };
    }
  }
  return {};
}
