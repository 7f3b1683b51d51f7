import type { Said } from "./said.ts";

/**
 * What stands in an answer where a recommendation or findings are looked for, and cannot be compared, in words: `a recommendation
 * that is an object`. `null` says that there is none. `property` is where its claim stands; left out where a function reads its claims.
 */
export function unreadIn(
  output: unknown,
  heard: Said | undefined,
  property: string | undefined,
): readonly string[] {
  if (typeof output !== "object" || output === null) return [];
  const answer = output as Readonly<Record<string, unknown>>;
  const own = (name: string): unknown => (Object.hasOwn(answer, name) ? answer[name] : undefined);
  const unread: string[] = [];
  const position = property === undefined ? undefined : own(property);
  const claimed = (heard?.claims.length ?? 0) > 0;
  if (property !== undefined && !claimed && typeof position === "object" && position !== null) {
    unread.push(`a ${property} that is ${Array.isArray(position) ? "a list" : "an object"}`);
  }
  const findings = own("findings");
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

function wordFor(value: unknown): string {
  if (typeof value === "string") return "a text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A text that says nothing is left out by intention. */
function isBlank(item: unknown): boolean {
  const text: unknown =
    typeof item === "object" && item !== null ? (item as { text?: unknown }).text : item;
  return typeof text === "string" && text.trim() === "";
}
