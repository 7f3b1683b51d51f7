import { channel } from "node:diagnostics_channel";
import type { CallRequest } from "../model/call.ts";

/** What the channel `quorate:thrown` says: the very thing that an agent threw, for whoever looks for the place where it did. */
export interface ThrownByAgent {
  readonly runId: string;
  readonly callId: string;
  readonly agent: string;
  readonly attempt: number;
  /** Whatever it is, with its stack and its secrets: neither the log nor an event has it. */
  readonly thrown: unknown;
}

// The name under which Node's `diagnostics_channel` has what the agents of this process throw.
const THROWN_CHANNEL = "quorate:thrown";

const everyThrown = channel(THROWN_CHANNEL);

/** Tells whoever has subscribed in this process what an attempt failed with. */
export function tellThrown({ runId, place, attempt }: CallRequest, thrown: unknown): void {
  if (!everyThrown.hasSubscribers) return;
  const { callId, agent } = place;
  const told: ThrownByAgent = { runId, callId, agent, attempt, thrown };
  everyThrown.publish(told);
}
