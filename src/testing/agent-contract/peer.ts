import type { Agent } from "../../describe/agent.ts";
import type { Json } from "../../model/json.ts";
import type { CallLimits } from "../../describe/limits.ts";
import type { Schema } from "../../check/schema.ts";

/** What a peer does when it is asked once. A peer is a model's server, a program, or whatever does the work. */
export type PeerStep =
  /** Answers with this, and reports this usage, or none. */
  | { readonly does: "answers"; readonly output: Json; readonly usage?: PeerUsage }
  /** Answers with the first half of this document's text as if it were complete, and reports the usage. */
  | { readonly does: "answers half"; readonly output: Json; readonly usage?: PeerUsage }
  /** Answers with this twice, the second time unasked. */
  | { readonly does: "answers twice"; readonly output: Json }
  /** Works until the agent ends the request, and then answers nonetheless. */
  | { readonly does: "answers late"; readonly output: Json }
  /** Begins to work, and never ends. */
  | { readonly does: "hangs" }
  /** Answers with a document of at least this many bytes. */
  | { readonly does: "floods"; readonly bytes: number }
  /** Refuses with an HTTP status, or with the closest equivalent. */
  | { readonly does: "fails"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Ends in the middle of an answer: closes the connection, or dies. */
  | { readonly does: "breaks off" };

/** Tokens, as in an agent's report: the parts are included in the total. */
export interface PeerUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** A scripted peer: the agent, and the connection to the peer, are real. */
export interface AgentPeer {
  /** Sets the next steps, one for each time it is asked; the last one repeats. */
  follow(...steps: readonly PeerStep[]): void;
  /** Everything that reached it, one text for each time it was asked. */
  readonly asked: readonly string[];
  /** How many requests it works on now: neither answered nor ended by the agent. */
  readonly atWork: number;
}

/** What the agent under test must be made with. */
export interface AgentSetting extends CallLimits {
  readonly name: string;
  readonly output: Schema<{ readonly recommendation: string }>;
  /** Passed on to `agent()`. */
  readonly cost?: "free";
}

/** An agent with its peer. */
export interface AgentUnderTest extends Partial<AsyncDisposable> {
  readonly agent: Agent;
  readonly peer: AgentPeer;
  /** The name of the model that it asks, if it has one: the agent must report it. */
  readonly model?: string;
}

/** Makes an agent with its own peer. */
export type MakeAgent = (setting: AgentSetting) => AgentUnderTest | Promise<AgentUnderTest>;

/**
 * What a kind of agent cannot do, so that its cases are left out:
 *
 * - `"usage"`: its peer cannot report what it used.
 * - `"cached"`, `"reasoning"`: its peer cannot report which tokens were read from a cache, or were for reasoning.
 * - `"silence"`: its peer always reports what it used.
 * - `"statuses"`: its peer cannot fail with an HTTP status.
 * - `"shape"`: its peer itself makes the model keep to the shape of the answer, and never returns another.
 * - `"once"`: its peer retries failed requests itself, and this cannot be switched off.
 */
export type AgentLacks =
  | "usage"
  | "cached"
  | "reasoning"
  | "silence"
  | "statuses"
  | "shape"
  | "once";
