import type { Json } from "./json.ts";

/** What one answer asserts about one subject. */
export interface ClaimDraft {
  /** What the claim is about. Claims are compared within one subject. At most 500 characters. */
  readonly subject: string;
  /** What is asserted. Any JSON value. */
  readonly position: Json;
  /** How sure the agent says it is, 0–1. Kept and shown, but never used as a confidence. */
  readonly confidence?: number;
  /** Why, in the agent's words. */
  readonly evidence?: string;
}

/** A claim and who made it. */
export interface Claim extends ClaimDraft {
  readonly agent: string;
}

/** How bad a finding is, the worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a finding says besides its text: where it is, how severe, and what to do. Parts that were not given are absent. */
export interface FindingDetails {
  /** As the reporter named it, usually relative to the root of the project. Never looked up on a disk. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** The last line, if it is not `line`. */
  readonly endLine?: number;
  readonly severity?: Severity;
  /** The rule of a tool, or the test. */
  readonly rule?: string;
  /** How to fix it. */
  readonly suggestion?: string;
  readonly category?: string;
}

/** What is reported, and where. */
export interface PlacedFinding extends FindingDetails {
  readonly text: string;
}

/** Something an agent reports without being asked about it: an open finding. */
export interface Finding extends PlacedFinding {
  readonly agent: string;
}

/** The default subject of what an answer claims. */
export const TASK_SUBJECT = "task";
