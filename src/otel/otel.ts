import { metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { flag, hasMethods, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Tracing } from "../call/tracing.ts";
import { instruments, type Instruments } from "./metrics.ts";
import { runSpans } from "./run-spans.ts";

/** What runs are traced with. */
export interface OtelOptions {
  /** The one that is registered with `@opentelemetry/api` where left out. */
  readonly tracerProvider?: TracerProvider;
  /** The one that is registered when the first run begins where left out. */
  readonly meterProvider?: MeterProvider;
  /**
   * Whether spans say what tasks, answers, subjects, winners, reasons and the messages of errors are, each cut to 8,192 characters. They do as
   * the log does, without what the supervisor's `redact` takes out. `false` where left out: then nothing of that leaves the process this way.
   */
  readonly content?: boolean;
}

export const OTEL: Options<OtelOptions, "content"> = options({
  tracerProvider: thing<TracerProvider>(
    "provider of tracers",
    (given) => hasMethods(given, "getTracer"),
    "give one with getTracer, as of @opentelemetry/sdk-trace",
  ),
  meterProvider: thing<MeterProvider>(
    "provider of meters",
    (given) => hasMethods(given, "getMeter"),
    "give one with getMeter, as of @opentelemetry/sdk-metrics",
  ),
  content: flag().or(false),
});

const NAME = "quorate";

/**
 * Traces and counts the runs of a supervisor with OpenTelemetry: `supervisor({ …, tracing: otel() })`. A span for a run, for each call and
 * for each attempt, judges and nested teams included; an agent works in the context of its attempt's span, so that what it traces itself
 * stands below that. May be shared by supervisors. Throws `BAD_OPTIONS`.
 */
export function otel(given: OtelOptions = {}): Tracing {
  const { tracerProvider, meterProvider, content } = OTEL.of(given, "otel");
  const tracer = (tracerProvider ?? trace).getTracer(NAME);
  // Not before: who asks for a meter when none is registered has one that counts nothing, for good.
  let counts: Instruments | undefined;
  return (run) => {
    counts ??= instruments((meterProvider ?? metrics).getMeter(NAME));
    return runSpans(run, { tracer, counts, content });
  };
}
