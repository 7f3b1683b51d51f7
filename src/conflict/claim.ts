import type { Json } from "../json.ts";

/** What one answer asserts about one subject. */
export interface ClaimDraft {
  /** What the claim is about. Claims are compared within one subject. At most 500 characters. */
  readonly subject: string;
  /** What is asserted. Any JSON value. */
  readonly position: Json;
  /** The agent's own statement of how sure it is, 0–1. Kept, shown, and never used as a confidence. */
  readonly confidence?: number;
  /** Why, in the agent's words. */
  readonly evidence?: string;
}

/** A claim and who made it. */
export interface Claim extends ClaimDraft {
  readonly agent: string;
}

/** Something an agent reports without being asked about it: an open finding. */
export interface Finding {
  readonly agent: string;
  readonly text: string;
}
