import type { Requeue } from "../../limits/permit.ts";

/** What an attempt shares with the others of its batch, and therefore does not do by itself. */
export interface Part {
  /** Tells the limits how it ended. */
  hear(error: unknown): Requeue | undefined;
  /** Nothing waits for this part any more. */
  aborted(reason: unknown): void;
  /** The agent has stopped, or was abandoned. */
  over(): void;
  readonly jitter: number;
}
