import { metrics, trace, type MeterProvider, type TracerProvider } from "@opentelemetry/api";
import { flag, hasMethods, thing } from "../check/kinds.ts";
import { options, type Options } from "../check/options.ts";
import type { Tracing } from "../call/tracing.ts";
import { instruments, type Instruments } from "./metrics.ts";
import { runSpans } from "./run-spans.ts";

/** How runs are traced. */
export interface OtelOptions {
  /** The tracer provider. Default: the one registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** The meter provider. Default: the one registered when the first run begins. */
  readonly meterProvider?: MeterProvider;
  /**
   * Whether spans hold tasks, answers, subjects, winners, reasons and error messages, each cut to 8,192 characters. They hold them as the log
   * does, without what the supervisor's `redact` removes. Default: false, with which none of these is exported.
   */
  readonly content?: boolean;
}

export const OTEL: Options<OtelOptions, "content"> = options({
  tracerProvider: thing<TracerProvider>(
    "a provider of tracers",
    (given) => hasMethods(given, "getTracer"),
    "give one with getTracer, as of @opentelemetry/sdk-trace",
  ),
  meterProvider: thing<MeterProvider>(
    "a provider of meters",
    (given) => hasMethods(given, "getMeter"),
    "give one with getMeter, as of @opentelemetry/sdk-metrics",
  ),
  content: flag().or(false),
});

const NAME = "quorate";

/**
 * Traces and counts the runs of a supervisor with OpenTelemetry: `supervisor({ …, tracing: otel() })`. There is a span for a run, for each call
 * and for each attempt, including judges and nested teams. An agent works in the context of its attempt's span, so that its own spans are
 * children of that one. Supervisors may share it. Throws `BAD_OPTIONS`.
 */
export function otel(given: OtelOptions = {}): Tracing {
  const { tracerProvider, meterProvider, content } = OTEL.of(given, "otel");
  const tracer = (tracerProvider ?? trace).getTracer(NAME);
  // Created late: a meter that is made before a provider is registered never counts anything.
  let counts: Instruments | undefined;
  return (run) => {
    counts ??= instruments((meterProvider ?? metrics).getMeter(NAME));
    return runSpans(run, { tracer, counts, content });
  };
}
