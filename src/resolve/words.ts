import type { Position } from "../model/conflict.ts";
import { oneLine, shown } from "../conflict/plain.ts";
import { fewOf } from "../conflict/subject.ts";

const MAX_NAMED = 5;
const MAX_NAME_CHARS = 100;

/** `1 agent`, `3 agents`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `"hold" is held by security, style (2 of 3); "ship" by performance (1 of 3).` The first few of each. */
export function whoHoldsWhat(positions: readonly Position[]): string {
  const speakers = positions.reduce((sum, { heldBy }) => sum + heldBy.length, 0);
  const parts = positions.slice(0, MAX_NAMED).map(({ value, heldBy }, i) => {
    const who = fewOf(heldBy, MAX_NAMED, ({ agent }) => oneLine(agent, MAX_NAME_CHARS));
    return `${shown(value)} ${i === 0 ? "is held " : ""}by ${who} (${heldBy.length} of ${speakers})`;
  });
  const rest = positions.length - parts.length;
  return `${parts.join("; ")}${rest > 0 ? `; and ${counted(rest, "other position")}` : ""}.`;
}

/** `Missing: a, b and 3 more.` */
export function whoIsMissing(missing: readonly string[]): string {
  return `Missing: ${fewOf(missing, MAX_NAMED, (name) => oneLine(name, MAX_NAME_CHARS))}.`;
}
