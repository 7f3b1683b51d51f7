import type { Usage } from "../model/call.ts";

/** The agents that a task is for; those that they need are added. */
export type Route<Name extends string, Task> =
  | readonly Name[]
  | ((task: Task, context: RouteContext) => readonly Name[] | Promise<readonly Name[]>);

/** What a route function gets in addition to the task. */
export interface RouteContext {
  /** Aborted when the run is cancelled or its time is over. */
  readonly signal: AbortSignal;
  /** Reports what it used; several reports are added up. They are on the run's bill as a call of `router`; no budget limits them. */
  readonly report: (usage: Usage) => void;
}
