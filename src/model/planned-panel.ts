/**
 * When enough of a team are asked. `"certain"`: nobody to come could change who wins, a proof. `"lead"`: or two who are not kin hold what
 * leads, where at least 20 truths are known. `{ confidence }`: or the verdict is this sure, above 0 and at most 1.
 */
export type PanelUntil = "certain" | "lead" | { readonly confidence: number };

/** In which order the members of a team are asked in one run, and when that is enough. Frozen with its plan. */
export interface PlannedPanel {
  readonly until: PanelUntil;
  /** All who are planned, by name. */
  readonly order: readonly string[];
  /** So many of them, the first ones, are asked in any case: they are required, others need them, or in sequence come before those. */
  readonly always: number;
  /** Members that are likely to err alike, as declared. */
  readonly kin?: readonly (readonly string[])[];
  /** Everybody is asked all the same in this run. */
  readonly explores?: true;
}
