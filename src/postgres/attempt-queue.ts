import { fromText, toText } from "./schema.ts";

/** The state of an agent's attempts across all processes. */
export interface AttemptQueue {
  readonly team: string;
  /** The agent's place in its team. */
  readonly agent: string;
  readonly version?: string;
  /** How many wait. */
  readonly queued: number;
  /** How many run. */
  readonly atWork: number;
  /** How many processes take attempts of the agent. */
  readonly workers: number;
}

/** The queue of an agent: by its team, place and version, so that old and new workers can run at the same time. */
export function queueOf(team: string, place: string, version: string | undefined): string {
  return toText(JSON.stringify([team, place, version ?? null]));
}

/** The parts of a queue's name. */
export function queueParts(queue: string): Pick<AttemptQueue, "team" | "agent" | "version"> {
  const [team, agent, version] = JSON.parse(fromText(queue)) as readonly [string, string, unknown];
  return { team, agent, ...(typeof version === "string" && { version }) };
}
