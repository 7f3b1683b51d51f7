// A traced run with the packages of this folder; prints its spans and metrics as JSON.
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { agent, human, memory, supervisor, unanimous } from "quorate";
import { otel } from "quorate/otel";

const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
const counted = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({
  exporter: counted,
  exportIntervalMillis: 3_600_000,
});
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const says = (name, recommendation) =>
  agent({
    name,
    run: async () => {
      await new Promise(setImmediate);
      trace.getTracer("own").startSpan(`look up ${name}`).end();
      return { recommendation };
    },
  });
const team = supervisor({
  name: "team",
  agents: { a: says("a", "ship"), b: says("b", "hold") },
  resolve: [unanimous(), human()],
  backend: memory({ resumable: true }),
  tracing: otel(),
});
await team.run("x", { runId: "r" });
await team.decide("r", { subject: "task", winner: "ship", why: "fine" });
await reader.forceFlush();

const spans = exporter.getFinishedSpans();
const nameOf = (spanId) => spans.find((span) => span.spanContext().spanId === spanId)?.name ?? null;
const [latest] = counted.getMetrics();
console.log(
  JSON.stringify({
    spans: spans.map((span) => [span.name, nameOf(span.parentSpanContext?.spanId)]),
    links: spans.flatMap((span) => span.links.map((link) => nameOf(link.context.spanId))),
    metrics: latest.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .map((one) => one.descriptor.name),
  }),
);
