import { NAME } from "../check/name.ts";
import { QuorateError } from "../model/errors.ts";

// Registered, so that two copies of this package in one process recognise each other's workers.
const WORKER: unique symbol = Symbol.for("quorate.worker") as never;

/**
 * What a team is made of: an agent, or a supervisor, which can be used as one. `Input` is what it accepts, `Output` what it answers, `Position` what
 * it can hold about the task.
 */
export interface Worker<
  Name extends string = string,
  Input = never,
  Output = unknown,
  Position = unknown,
> {
  readonly name: Name;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** Workers whose answers this one gets; it is asked when they have answered. */
  readonly needs: Workers;
  readonly [WORKER]: {
    readonly input?: (input: Input) => void;
    readonly output?: Output;
    readonly position?: Position;
    /** Whether its description has no name, so that a team uses its key. */
    readonly isUnnamed?: true;
  };
}

/** Workers by their names. */
export type Workers = Readonly<Record<string, Worker>>;

/** What a worker accepts as its task. */
export type InputOf<W> = W extends Worker<string, infer Input, unknown> ? Input : never;
/** What a worker answers. */
export type OutputOf<W> = W extends Worker<string, never, infer Output> ? Output : never;
/** What a worker can hold about the task, as far as its types tell. */
export type PositionOf<W> =
  W extends Worker<string, never, unknown, infer Position> ? Position : never;

/** Whether a value is an agent or a supervisor; also across copies of this package. */
export function isWorker(value: unknown): value is Worker {
  try {
    return typeof value === "object" && value !== null && WORKER in value;
  } catch {
    // A proxy that throws on every access.
    return false;
  }
}

/** The mark of a worker; without a name of its own, a team uses its key. */
export function workerBrand<Input, Output, Position>(
  isNamed = true,
): Pick<Worker<string, Input, Output, Position>, typeof WORKER> {
  return { [WORKER]: isNamed ? {} : { isUnnamed: true } };
}

/** The worker as a team calls it: a worker without a name of its own gets its key as name. */
export function underKey<W extends Worker>(worker: W, key: string): W {
  if (worker.name === key || worker[WORKER].isUnnamed !== true) return worker;
  NAME.take(key, "the key of an agent without a name");
  return Object.freeze({ ...worker, name: key, [WORKER]: {} });
}

/** The workers that something needs. Throws `BAD_OPTIONS` if a value is not a worker, or its key is not its name. */
export function checkNeeds(needs: Workers | undefined, where: string): Workers {
  for (const [key, worker] of Object.entries(needs ?? {})) {
    if (!isWorker(worker)) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where} needs "${key}", which is not an agent; make it with agent({ … })`,
      );
    }
    if (underKey(worker, key).name !== key) {
      throw new QuorateError(
        "BAD_OPTIONS",
        `${where} needs "${worker.name}" under the key "${key}"; the key must be its name`,
      );
    }
  }
  return Object.freeze({ ...needs });
}
