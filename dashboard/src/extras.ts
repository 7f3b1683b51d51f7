import type { ReactNode } from "react";
import type { Subject } from "./model/subjects.ts";

/** What the page of a run has where it is served, each at its place; a file has none of it. */
export interface Extras {
  /** In the bar: where else one can go. */
  readonly nav: ReactNode;
  /** Below the bar: whether it is connected. */
  readonly under: ReactNode;
  /** At the end of the bar. */
  readonly end: ReactNode;
  /** Beside the headline. */
  readonly actions: ReactNode;
  /** In the head of the timeline: live, or paused. */
  readonly pace: ReactNode;
  /** Beside the bill. */
  readonly fork: ReactNode;
  /** Where a person decides about a subject that waits. */
  readonly decide: (subject: Subject) => ReactNode;
}
