import { memory, type Outcome, type RunEvent } from "../../src/index.ts";
import type { Store } from "../../src/ports/index.ts";
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

/** A store that holds nothing yet. */
export interface EmptyStore {
  readonly store: Store;
  /** Resolves when all that was asked of it has its answer: until then no time passes. */
  settled?(): Promise<void>;
}

/** Empties a store, and hands it over. */
export type Emptied = () => EmptyStore | Promise<EmptyStore>;

/** How runs live that are kept in stores of `emptied`. */
export type Live = (
  spec: AnyTeam,
  log: readonly RunEvent[],
  work: (team: Durable) => Promise<Outcome>,
  runId?: string,
) => Promise<Life>;

const inMemory: Emptied = () => ({ store: memory({ resumable: true }).store });

/** How runs live that are kept elsewhere. */
export const livingIn =
  (emptied: Emptied): Live =>
  (spec, log, work, runId = RUN) =>
    live(spec, log, work, runId, emptied);

/** A process with a store of its own, in which the log stands as the one before it left it; the events are of `runId`. */
export async function live(
  spec: AnyTeam,
  log: readonly RunEvent[],
  work: (team: Durable) => Promise<Outcome>,
  runId: string = RUN,
  emptied: Emptied = inMemory,
): Promise<Life> {
  const clock = virtualClock();
  const { store, settled } = await emptied();
  if (log.length > 0) {
    // As from a disk.
    await store.append(JSON.parse(JSON.stringify(log)) as readonly RunEvent[], 1);
    await store.release(RUN, 1);
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
    await settled?.();
    if (over) break;
    if (!(await clock.next()) && !over) throw new Error("the run waits for nothing");
  } while (!over);
  return { outcome: await started, events: await store.read(runId), paid };
}
