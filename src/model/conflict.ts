import type { Json } from "./json.ts";
import type { FindingDetails, PlacedFinding } from "./claim.ts";

/** One agent behind a position. */
export interface Holder {
  readonly agent: string;
  /** Why, in the agent's words; for a finding, the agent's own wording of it. */
  readonly evidence?: string;
  /** What the agent itself claimed, if another value represents the position (after `within`, `similar`, …). */
  readonly said?: Json;
  /** How sure the agent says it is. Never used as a confidence. */
  readonly stated?: number;
  /** Where this agent reports the finding, and what else it says about it; absent if it gives only a text. */
  readonly finding?: FindingDetails;
}

/** One distinct value that was claimed about a subject, and who holds it. */
export interface Position {
  readonly value: Json;
  /** In the code-unit order of their names, each agent once. Empty only for an option that a person may choose and nobody holds. */
  readonly heldBy: readonly Holder[];
}

/**
 * The kind of a question. `claim`: an answer to a question put to the agents. `finding`: something reported unasked; its
 * positions are `"present"` and `"absent"`, and its subject is the report's text, after its place if it has one.
 */
export type SubjectKind = "claim" | "finding";

/** A subject with two or more positions. */
export interface Conflict {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What its reporters say together; absent for claims, and if they give only texts. */
  readonly finding?: PlacedFinding;
  /** Two or more, the most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
}
