import type { PlacedFinding } from "./claim.ts";
import type { Holder, Position, SubjectKind } from "./conflict.ts";
import type { Json } from "./json.ts";

/**
 * - `unanimous`: two or more spoke, a majority of those asked, and all of them hold the winner.
 * - `unopposed`: one voice alone, as the others who were asked failed or said nothing about it, or as nobody else was asked.
 * - `decided`: a resolver of the chain settled a conflict, or what those hold who spoke where they are no majority.
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

/** Somebody who holds another position than the winner. */
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

/** What was decided about one subject, and on what grounds. `Winner` is what agents can hold about it, where that is known. */
export interface Verdict<Winner extends Json = Json> {
  readonly subject: string;
  readonly kind: SubjectKind;
  /** What those who report it say together; absent where they say texts alone, and of claims. */
  readonly finding?: PlacedFinding;
  readonly status: VerdictStatus;
  /** One of `positions`' values; `null` when nothing was decided. */
  readonly winner: Winner | null;
  /** 0–1: how likely the winner is right, by the estimator named in `confidenceFrom`; 0 when nothing was decided. */
  readonly confidence: number;
  /** The estimator, for instance `"laplace"` or `"judge-agreement"`; `"none"` when nothing was decided. */
  readonly confidenceFrom: string;
  /** Whether the estimator was checked against recorded truths. */
  readonly calibrated: boolean;
  /** Sentences that a person can check: who held what, what each resolver said, what decided. */
  readonly reasoning: string;
  /**
   * What each resolver that was asked said, the same as data; the last one has decided, unless the verdict is open. Of conflicts: absent
   * where all who spoke agree, where nothing could be compared, and in logs of earlier versions.
   */
  readonly steps?: readonly VerdictStep[];
  /** The resolver that decided; `null` when none did. */
  readonly by: string | null;
  /** Most held first; equally held ones in canonical order. */
  readonly positions: readonly Position[];
  /** Everyone who holds another position than the winner; empty when nothing was decided. */
  readonly dissent: readonly Dissent[];
  /** Agents that were asked and did not answer. */
  readonly missing: readonly string[];
  /**
   * How many agents were asked: of a claim all that were and that are not only there for what others `need` of them; of a finding those
   * who looked or did not answer. Absent in logs of earlier versions.
   */
  readonly asked?: number;
}
