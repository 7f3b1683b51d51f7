import { context, metrics, type Attributes } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace";
import { otel, type OtelOptions } from "../../src/otel/index.ts";

/** What was traced and counted, as a test reads it. */
export interface Collected extends AsyncDisposable {
  readonly otel: (options?: OtelOptions) => ReturnType<typeof otel>;
  readonly provider: TracerProvider;
  /** All spans that have ended. */
  spans(): readonly ReadableSpan[];
  /** The spans as a tree of names: `{ "invoke_workflow team": { … } }`, those of one name in one. */
  tree(): unknown;
  /** What a metric has by now, by its attributes. */
  metric(
    name: string,
  ): Promise<readonly { readonly attributes: Attributes; readonly value: number }[]>;
}

/** Collects in memory; for as long as it is there the process has a context manager. */
export function collected(): Collected {
  const exported = new InMemorySpanExporter();
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: exported })],
  });
  const counted = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: counted,
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spans = (): readonly ReadableSpan[] => exported.getFinishedSpans();
  const below = (parent: string | undefined): Record<string, unknown> => {
    const names: Record<string, unknown> = {};
    for (const span of spans()) {
      if (span.parentSpanContext?.spanId !== parent) continue;
      const children = below(span.spanContext().spanId);
      names[span.name] = { ...(names[span.name] as object | undefined), ...children };
    }
    return names;
  };
  return {
    provider,
    otel: (options = {}) => otel({ tracerProvider: provider, meterProvider: meters, ...options }),
    spans,
    tree: () => below(undefined),
    async metric(name) {
      await reader.forceFlush();
      const all = counted
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics)
        .find(({ descriptor }) => descriptor.name === name);
      return (all?.dataPoints ?? []).map(({ attributes, value }) => ({
        attributes,
        // Of a histogram how often something was measured.
        value: typeof value === "number" ? value : (value as { readonly count: number }).count,
      }));
    },
    async [Symbol.asyncDispose]() {
      await meters.shutdown();
      await provider.shutdown();
      context.disable();
      metrics.disable();
    },
  };
}
