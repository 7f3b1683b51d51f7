import { sleep } from "../async/sleep.ts";
import { expectedCall } from "./batch.ts";
import type { Run } from "./run.ts";
import type { Seat } from "./seat.ts";

/** Waits until a call is made again; where calls are collected, those wait for it. Rejects with the reason when cancelled. */
export async function comeAgain(
  { clock, cancellation, journal }: Run,
  { batch }: Seat,
  callId: string,
  waitMs: number,
): Promise<void> {
  const name = expectedCall(journal.runId, callId);
  batch?.expect(name);
  try {
    await sleep(clock, waitMs, cancellation);
  } finally {
    batch?.expectNoMore(name);
  }
}
