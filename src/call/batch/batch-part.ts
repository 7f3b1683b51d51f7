import type { Requeue } from "../../limits/permit.ts";

/** What an attempt shares with the others of its batch, and so does not do by itself. */
export interface Part {
  /** Lets the limits know how it ended. */
  hear(error: unknown): Requeue | undefined;
  /** Nobody waits for this part any more. */
  aborted(reason: unknown): void;
  /** The agent has stopped, or was abandoned. */
  over(): void;
  readonly jitter: number;
}
