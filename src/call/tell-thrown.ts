import { channel } from "node:diagnostics_channel";
import type { CallRequest } from "../model/call.ts";

/** The message of the channel `quorate:thrown`: the value that an agent threw, to find out where it was thrown. */
export interface ThrownByAgent {
  readonly runId: string;
  readonly callId: string;
  readonly agent: string;
  readonly attempt: number;
  /** Any value, with its stack and its secrets: neither the log nor an event has it. */
  readonly thrown: unknown;
}

// The name of the `diagnostics_channel` with the values that the agents of this process throw.
const THROWN_CHANNEL = "quorate:thrown";

const everyThrown = channel(THROWN_CHANNEL);

/** Tells the subscribers in this process what an attempt threw. */
export function tellThrown({ runId, place, attempt }: CallRequest, thrown: unknown): void {
  if (!everyThrown.hasSubscribers) return;
  const { callId, agent } = place;
  const told: ThrownByAgent = { runId, callId, agent, attempt, thrown };
  everyThrown.publish(told);
}
