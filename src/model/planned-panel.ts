/**
 * When the answers of a team are enough. `"certain"`: nothing still to come could change the winner, which is proved. `"lead"`: or two agents that are not kin hold the
 * leading position, once at least 20 truths are known. `{ confidence }`: or the verdict has this confidence, above 0 and at most 1.
 */
export type PanelUntil = "certain" | "lead" | { readonly confidence: number };

/** In which order the members of a team are asked in one run, and when their answers are enough. Fixed with its plan. */
export interface PlannedPanel {
  readonly until: PanelUntil;
  /** All planned members, by name. */
  readonly order: readonly string[];
  /** How many of them, from the first, are always asked: they are required, others need them, or in sequence come before those. */
  readonly always: number;
  /** Members that are likely to err alike, as declared. */
  readonly kin?: readonly (readonly string[])[];
  /** In this run all are asked anyway. */
  readonly explores?: true;
}
