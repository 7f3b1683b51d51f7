import type { Usage } from "../../model/call.ts";
import type { Requeue } from "../../limits/permit.ts";

/** An attempt as its batch sees it. */
export interface Reporting {
  report(usage: Usage): void;
  /** Records what is wrong with a report, where anything is. */
  refuse(detail: string | undefined): void;
  /** Those reported so far. */
  readonly tokens: number;
}

/** What an attempt shares with the others of its batch, and so does not do by itself. */
export interface Part {
  /** Carries the attempt out with the others: its own part of the answer. */
  call(attempt: Reporting): Promise<unknown>;
  /** Lets the limits know how it ended. */
  hear(error: unknown): Requeue | undefined;
  /** Nobody waits for this part any more. */
  aborted(reason: unknown): void;
  /** The agent has stopped, or was abandoned. */
  over(): void;
  readonly jitter: number;
}
