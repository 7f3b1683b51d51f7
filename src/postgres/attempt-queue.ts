import { fromText, toText } from "./schema.ts";

/** How the attempts of an agent stand over all processes. */
export interface AttemptQueue {
  readonly team: string;
  /** The agent's place in its team. */
  readonly agent: string;
  readonly version?: string;
  /** How many wait. */
  readonly queued: number;
  /** How many are at work. */
  readonly atWork: number;
  /** How many processes take attempts of the agent. */
  readonly workers: number;
}

/** The queue of an agent: of its team, at its place, in its version, so that old and new workers can be at work side by side. */
export function queueOf(team: string, place: string, version: string | undefined): string {
  return toText(JSON.stringify([team, place, version ?? null]));
}

/** What a queue was made of. */
export function queueParts(queue: string): Pick<AttemptQueue, "team" | "agent" | "version"> {
  const [team, agent, version] = JSON.parse(fromText(queue)) as readonly [string, string, unknown];
  return { team, agent, ...(typeof version === "string" && { version }) };
}
