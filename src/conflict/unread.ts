import { ownField } from "../model/record.ts";
import { SEVERITIES } from "../model/claim.ts";
import { oneLine } from "./plain.ts";
import type { Assertions } from "./read-claims.ts";
import { fewOf } from "./subject.ts";

/**
 * The parts of an answer that should be a recommendation or findings and cannot be compared, in words: `a recommendation
 * that is an object`. `null` says that there is none. `property` is where its claim stands; absent if a function reads its claims.
 */
export function unreadIn(
  output: unknown,
  heard: Assertions | undefined,
  property: string | undefined,
): readonly string[] {
  const unread: string[] = [];
  const position = property === undefined ? undefined : ownField(output, property);
  const claimed = (heard?.claims.length ?? 0) > 0;
  if (property !== undefined && !claimed && typeof position === "object" && position !== null) {
    unread.push(`a ${property} that is ${Array.isArray(position) ? "a list" : "an object"}`);
  }
  const findings = ownField(output, "findings");
  if (findings === undefined || findings === null) return unread;
  if (!Array.isArray(findings)) {
    unread.push(`findings that are ${wordFor(findings)} and no list`);
  } else if (findings.length > 0) {
    const read = heard?.findings?.length ?? 0;
    const count = findings.length - read - findings.filter(isBlank).length;
    if (count > 0) unread.push(`${count} of ${findings.length} findings without a text`);
  }
  return unread;
}

/** `2 of 3 findings with a severity that is none of critical, … ("error")`; `undefined` if all given severities are valid. */
export function unratedIn(output: unknown): string | undefined {
  const findings = ownField(output, "findings");
  if (!Array.isArray(findings)) return undefined;
  const said = findings.flatMap((item: unknown) => {
    const severity = ownField(item, "severity");
    return severity === undefined || severity === null || isSeverity(severity) ? [] : [severity];
  });
  if (said.length === 0) return undefined;
  // Shown whole or not at all: redact may not recognise half of a secret.
  const short = said.filter((one) => typeof one === "string" && one.length <= MAX_SEVERITY_CHARS);
  const quoted = [...new Set(short)].map((one) => `"${oneLine(String(one), MAX_SEVERITY_CHARS)}"`);
  const which = quoted.length === 0 ? "" : ` (${fewOf(quoted, MAX_SEVERITIES, String)})`;
  return `${said.length} of ${findings.length} findings with a severity that is none of ${SEVERITIES.join(", ")}${which}`;
}

const MAX_SEVERITIES = 3;
const MAX_SEVERITY_CHARS = 40;

function isSeverity(said: unknown): boolean {
  if (typeof said !== "string") return false;
  const word = said.trim().toLowerCase();
  return word === "" || SEVERITIES.some((one) => one === word);
}

function wordFor(value: unknown): string {
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A blank text is left out on purpose. */
function isBlank(item: unknown): boolean {
  const text = typeof item === "object" ? ownField(item, "text") : item;
  return typeof text === "string" && text.trim() === "";
}
