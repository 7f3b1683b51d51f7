import type { PlacedFinding } from "./claim.ts";
import type { Holder, Position, SubjectKind } from "./conflict.ts";
import type { Json } from "./json.ts";

/**
 * - `unanimous`: two or more agents spoke, a majority of those asked, and all of them hold the winner.
 * - `unopposed`: only one agent spoke, because the others failed, said nothing about it, or were not asked.
 * - `decided`: a resolver of the chain settled a conflict, or agents agreed without being a majority of those asked.
 * - `tied`: the votes were even, and nothing after the vote decided.
 * - `no-quorum`: too few spoke for the vote to count, and nothing after it decided.
 * - `undecided`: every resolver deferred.
 * - `waiting`: a person is asked, and has not decided yet.
 */
export type VerdictStatus =
  | "unanimous"
  | "unopposed"
  | "decided"
  | "tied"
  | "no-quorum"
  | "undecided"
  | "waiting";

/** An agent that holds another position than the winner. */
export interface Dissent extends Holder {
  readonly position: Json;
}

/** What one resolver of the chain said about a subject, in the order in which they were asked. */
export interface VerdictStep {
  /** The resolver's name. */
  readonly resolver: string;
  /** `"waits"`: it asks a person, and the chain goes on once that person has decided. */
  readonly did: "decided" | "deferred" | "waits";
  /** Why, in its own words: a sentence or two, 1,000 characters at most. */
  readonly why: string;
}

/** What was decided about one subject, and why. `Winner` is what agents can hold about it, if that is known. */
export interface Verdict<Winner extends Json = Json> {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What its reporters say together; absent for claims, and if they give only texts. */
  readonly finding?: PlacedFinding;
  readonly status: VerdictStatus;
  /** The value of one of `positions`; `null` if nothing was decided. */
  readonly winner: Winner | null;
  /** 0–1: how likely the winner is right, by the estimator named in `confidenceFrom`; 0 if nothing was decided. */
  readonly confidence: number;
  /** The estimator, for instance `"laplace"` or `"judge-agreement"`; `"none"` if nothing was decided. */
  readonly confidenceFrom: string;
  /** Whether the estimator was checked against recorded truths. */
  readonly calibrated: boolean;
  /** Sentences that a person can check: who held what, what each resolver said, what decided. */
  readonly reasoning: string;
  /**
   * What each resolver that was asked said, the same as data; the last one has decided, unless the verdict is open. Only for conflicts: absent
   * if all who spoke agree, if nothing could be compared, and in logs of earlier versions.
   */
  readonly steps?: readonly VerdictStep[];
  /** The resolver that decided; `null` if none did. */
  readonly by: string | null;
  /** The most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
  /** All agents that hold another position than the winner; empty if nothing was decided. */
  readonly dissent: readonly Dissent[];
  /** Agents that were asked and did not answer. */
  readonly missing: readonly string[];
  /**
   * How many agents were asked. For a claim: all, except those that are there only because others `need` their answer. For a finding: those
   * that looked or did not answer. Absent in logs of earlier versions.
   */
  readonly asked?: number;
}
