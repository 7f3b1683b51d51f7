import type { Verdict } from "../../model/verdict.ts";
import { clip } from "../../model/text.ts";
import { positionTextAmong } from "./summarize.ts";
import { printError } from "../print-error.ts";

const MAX_HELD = 10;
const MAX_CHARACTERS = 120;

/** Tells on stderr that nobody held what a person wrote, which may be misspelt, and what was held. */
export function tellUnheld(what: string, subject: string, verdict: Verdict | undefined): void {
  const positions = verdict?.positions ?? [];
  const held = positions
    .slice(0, MAX_HELD)
    .map(({ value }) => short(positionTextAmong(value, positions)));
  const more = positions.length > MAX_HELD ? ` and ${positions.length - MAX_HELD} more` : "";
  const list = held.length === 0 ? "nothing" : `${held.join(", ")}${more}`;
  printError(`nobody held ${short(what)} about "${short(subject)}"; what was held: ${list}`);
}

function short(text: string): string {
  return clip(text, MAX_CHARACTERS);
}
