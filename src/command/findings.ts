import { SEVERITIES, type PlacedFinding } from "../model/claim.ts";
import { detailsOf } from "../conflict/finding-details.ts";
import { clipWords } from "../model/text.ts";

/** What a tool reported. */
export interface Findings {
  readonly findings: readonly PlacedFinding[];
  /** How many findings were left out because there were too many. */
  readonly omitted?: number;
}

/** The most findings that a team takes from one agent. */
const MAX_FINDINGS = 1_000;
const MAX_TEXT = 2_000;

/** The findings; if there are too many, those of the highest severity. */
export function bounded(all: readonly PlacedFinding[]): Findings {
  if (all.length <= MAX_FINDINGS) return { findings: all };
  const rank = ({ severity }: PlacedFinding): number =>
    severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  const findings = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_FINDINGS);
  return { findings, omitted: all.length - MAX_FINDINGS };
}

/** A finding made from a document, without the parts whose type is wrong. */
export function finding(said: { readonly [Part in keyof PlacedFinding]: unknown }): PlacedFinding {
  const { text } = said;
  const isSaid = typeof text === "string" && text.trim() !== "";
  return {
    text: isSaid ? clipWords(text.trim(), MAX_TEXT) : "something that has no text",
    ...detailsOf(said),
  };
}
