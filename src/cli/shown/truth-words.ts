import type { KnownTruth } from "../../learning/index.ts";
import type { Json } from "../../model/json.ts";
import { dateAndTime } from "../../report/quantities.ts";
import { positionText } from "./summarize.ts";
import { safeText } from "./safe-text.ts";

/** `it replaces ship, said by ann on 2026-11-30 12:00`; of the same truth, that it was recorded before. */
export function replacedWords({ value, by, atMs }: KnownTruth, truth?: Json): string {
  const who = by === undefined ? "" : ` by ${safeText(by)}`;
  const when = atMs === undefined ? "" : ` on ${dateAndTime(atMs)}`;
  const said = who === "" && when === "" ? "" : `, said${who}${when}`;
  if (JSON.stringify(value) === JSON.stringify(truth)) return `it was recorded before${said}`;
  return `it replaces ${positionText(value)}${said}`;
}
