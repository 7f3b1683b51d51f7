import type { ReactNode } from "react";
import type { Subject } from "./model/subjects.ts";

/** What the page of a run has, at each place, if a server serves it; a file has none of it. */
export interface Extras {
  /** In the bar: links to other pages. */
  readonly nav: ReactNode;
  /** Below the bar: the state of the connection. */
  readonly under: ReactNode;
  /** At the end of the bar. */
  readonly end: ReactNode;
  /** Beside the headline. */
  readonly actions: ReactNode;
  /** In the head of the timeline: live, or paused. */
  readonly pace: ReactNode;
  /** Beside the bill. */
  readonly fork: ReactNode;
  /** The form with which a person decides about a waiting subject. */
  readonly decide: (subject: Subject) => ReactNode;
}
