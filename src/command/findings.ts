import { SEVERITIES, type PlacedFinding } from "../model/claim.ts";
import { detailsOf } from "../conflict/finding-details.ts";
import { clip } from "../model/text.ts";

/** What a tool reports. */
export interface Findings {
  readonly findings: readonly PlacedFinding[];
  /** How many more there were, where they were too many. */
  readonly omitted?: number;
}

/** As many as a team takes of one agent. */
const MAX_FINDINGS = 1_000;
const MAX_TEXT = 2_000;

/** The findings, those of the highest severity first where they are too many to keep all. */
export function bounded(all: readonly PlacedFinding[]): Findings {
  if (all.length <= MAX_FINDINGS) return { findings: all };
  const rank = ({ severity }: PlacedFinding): number =>
    severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(severity);
  const findings = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_FINDINGS);
  return { findings, omitted: all.length - MAX_FINDINGS };
}

/** A finding of what a document says, each part only where it is what it has to be. */
export function finding(said: { readonly [Part in keyof PlacedFinding]: unknown }): PlacedFinding {
  const { text } = said;
  const isSaid = typeof text === "string" && text.trim() !== "";
  return {
    text: isSaid ? clip(text.trim(), MAX_TEXT) : "something that has no text",
    ...detailsOf(said),
  };
}
