// quorate/otel: traces and counts runs with OpenTelemetry.

export { otel } from "./otel.ts";
export type { OtelOptions } from "./otel.ts";
