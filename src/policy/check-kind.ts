import { QuorateError } from "../errors.ts";

/** Refuses with `BAD_OPTIONS` an option that is given and is of another kind than it must be. */
export function checkKind(
  value: unknown,
  what: string,
  kind: "function" | "string" | "object",
  instead: string,
): void {
  if (value === undefined) return;
  const got = value === null ? "null" : typeof value;
  if (got !== kind) throw new QuorateError("BAD_OPTIONS", `${what} is ${shown(value)}; ${instead}`);
}

/** A value of an option, as a message shows it. */
export function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `"${value.slice(0, 50)}"`;
  if (typeof value === "object" || typeof value === "symbol") return `of type ${typeof value}`;
  return typeof value === "function" ? "a function" : String(value);
}
