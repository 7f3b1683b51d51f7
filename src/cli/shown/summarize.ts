import { cut } from "../../model/text.ts";
import type { Json } from "../../model/json.ts";
import { count } from "../../report/quantities.ts";
import { safeText } from "./safe-text.ts";

// Enough for any line; what is longer is cut before the costly work, for an output may be megabytes.
const MAX_CHARACTERS = 2_000;

/** An answer on one line: what it recommends, how many findings it has, or its JSON. */
export function summarize(output: unknown): string {
  if (typeof output === "string") return safeText(cut(output, MAX_CHARACTERS));
  if (typeof output !== "object" || output === null) return json(output);
  const { recommendation, findings, status, verdicts } = output as Record<string, unknown>;
  const parts: string[] = [];
  // What a nested team answers.
  if (typeof status === "string" && Array.isArray(verdicts)) {
    parts.push(safeText(cut(status, MAX_CHARACTERS)), count(verdicts.length, "verdict"));
  }
  if (isScalar(recommendation)) parts.push(positionText(recommendation));
  if (Array.isArray(findings)) {
    parts.push(
      findings.length === 0
        ? "found nothing"
        : `${count(findings.length, "finding")}${firstOf(findings)}`,
    );
  }
  return parts.length > 0 ? parts.join(", ") : json(output);
}

/** What is claimed, as a person writes it: a string without its quotes, anything else as JSON. */
export function positionText(position: Json): string {
  if (typeof position !== "string") return json(position);
  // Nothing would be seen of an empty one.
  return safeText(cut(position, MAX_CHARACTERS)) || '""';
}

/** The same beside others: a text that would be shown as another of them has its quotes, as `-5` and `"-5"`. */
export function positionTextAmong(
  position: Json,
  others: readonly { readonly value: Json }[],
): string {
  const text = positionText(position);
  const isAlone =
    typeof position !== "string" ||
    others.every(({ value }) => typeof value === "string" || positionText(value) !== text);
  return isAlone ? text : json(position);
}

/** What went wrong, beside the name of the agent that it went wrong with. */
export function failureText(agent: string, message: string): string {
  const text = safeText(message);
  const name = safeText(agent);
  return text.startsWith(`${name} `) ? text.slice(name.length + 1).replace(/^failed: /, "") : text;
}

function firstOf(findings: readonly unknown[]): string {
  const first: unknown = findings[0];
  const text =
    typeof first === "object" && first !== null
      ? (first as { readonly text?: unknown }).text
      : first;
  return typeof text === "string" ? `: ${safeText(cut(text, MAX_CHARACTERS))}` : "";
}

function json(value: unknown): string {
  return safeText(cut(String(JSON.stringify(value)), MAX_CHARACTERS));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
