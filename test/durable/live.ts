import { memory, type Outcome, type RunEvent } from "../../src/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { makeTeam, type AnyTeam } from "./any-team.ts";
import type { Durable } from "./processes/teams.ts";

/** The id of the run that logs are of. */
export const RUN = "run";

/** What a process makes of a run, until it ends or is found dead. */
export interface Life {
  readonly outcome: Outcome;
  readonly events: readonly RunEvent[];
  /** Every attempt that an agent was really asked for, as `CALL ATTEMPT`. */
  readonly paid: readonly string[];
}

/** A process with a store of its own, in which the log stands as the one before it left it; the events are of `runId`. */
export async function live(
  spec: AnyTeam,
  log: readonly RunEvent[],
  work: (team: Durable) => Promise<Outcome>,
  runId: string = RUN,
): Promise<Life> {
  const clock = virtualClock();
  const store = memory({ resumable: true }).store;
  if (log.length > 0) {
    // As from a disk.
    store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[]);
    store.release(RUN, 1);
  }
  const paid: string[] = [];
  const pay = ({ callId, attempt }: { callId: string; attempt: number }): void => {
    paid.push(`${callId} ${attempt}`);
  };
  const started = work(makeTeam(spec, { store, clock, pay }));
  let over = false;
  const end = (): void => {
    over = true;
  };
  started.then(end, end);
  do {
    if (!(await clock.next()) && !over) throw new Error("the run waits for nothing");
  } while (!over);
  return { outcome: await started, events: store.read(runId), paid };
}
