import type { Json } from "./json.ts";
import type { FindingDetails, PlacedFinding } from "./claim.ts";

/** One agent behind a position. */
export interface Holder {
  readonly agent: string;
  /** Why, in the agent's words; for a finding, the agent's own wording of it. */
  readonly evidence?: string;
  /** What the agent itself claimed, where another value stands for the position (after `within`, `similar`, …). */
  readonly said?: Json;
  /** The agent's own statement of how sure it is. Never used as a confidence. */
  readonly stated?: number;
  /** Where the agent itself reports the finding, and what else it says of it; absent where it says a text alone. */
  readonly finding?: FindingDetails;
}

/** One distinct value that was claimed about a subject, and who holds it. */
export interface Position {
  readonly value: Json;
  /** In the code-unit order of their names, each agent once. Empty only for a choice that is put to a person. */
  readonly heldBy: readonly Holder[];
}

/**
 * What is asked: `claim` is an answer to a question put to the agents; `finding` is something reported by
 * itself, where the positions are `"present"` and `"absent"` and the subject is the report's text, after its place where it has one.
 */
export type SubjectKind = "claim" | "finding";

/** A subject with two or more positions. */
export interface Conflict {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What those who report it say together; absent where they say texts alone, and of claims. */
  readonly finding?: PlacedFinding;
  /** Two or more, most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
}
