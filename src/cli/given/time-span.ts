import ms, { type StringValue } from "ms";

/** `30s`, `5m`, `12h`, `2 weeks` in ms; `undefined` for what is none, and for a number without a unit. */
export function timeSpan(text: string): number | undefined {
  if (!/^\d+(?:\.\d+)? ?[a-z]+$/i.test(text) || text.length > 100) return undefined;
  const span = ms(text as StringValue) as number | undefined;
  return span === undefined || Number.isNaN(span) ? undefined : span;
}
