import { isThenable } from "../model/hear.ts";
import { clipWords } from "../model/text.ts";

/** The value of an option, as a message shows it. */
export function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `"${clipWords(value, 50)}"`;
  if (isThenable(value)) return "a promise";
  if (isList(value)) return "a list";
  if (typeof value === "object" || typeof value === "symbol") return `of type ${typeof value}`;
  return typeof value === "function" ? "a function" : clipWords(String(value), 50);
}

/** Whether it is a list. A revoked proxy, which throws on every access, is not. */
function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
