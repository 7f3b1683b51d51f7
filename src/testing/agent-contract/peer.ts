import type { Agent } from "../../describe/agent.ts";
import type { Json } from "../../model/json.ts";
import type { CallLimits } from "../../describe/limits.ts";
import type { Schema } from "../../check/schema.ts";

/** What an agent's other side does when it is asked once: a model's server, a program, whatever does the work. */
export type PeerStep =
  /** Answers with this, and says that it used so much, or nothing about it. */
  | { readonly does: "answers"; readonly output: Json; readonly usage?: PeerUsage }
  /** Answers with the first half of this document's text, as if that were all, and says what it used. */
  | { readonly does: "answers half"; readonly output: Json; readonly usage?: PeerUsage }
  /** Answers with this twice, the second time unasked. */
  | { readonly does: "answers twice"; readonly output: Json }
  /** Works until the agent's side ends it, and then answers all the same, where anybody would still hear it. */
  | { readonly does: "answers late"; readonly output: Json }
  /** Begins to work, and never ends. */
  | { readonly does: "hangs" }
  /** Answers with a document of at least so many bytes. */
  | { readonly does: "floods"; readonly bytes: number }
  /** Refuses as HTTP does, or as near to it as it can. */
  | { readonly does: "fails"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Ends in the middle of an answer: closes the connection, or dies. */
  | { readonly does: "breaks off" };

/** Tokens, as in a report of an agent: the parts are counted in the whole. */
export interface PeerUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}

/** The other side of an agent, as a script: the agent is real, and so is the way to it. */
export interface AgentPeer {
  /** What it does from now on: a step for each time it is asked, and the last one for all times after that. */
  follow(...steps: readonly PeerStep[]): void;
  /** What it was asked, each time as one text: all that reached it. */
  readonly asked: readonly string[];
  /** How many it works on now: neither answered, nor ended by the agent's side. */
  readonly atWork: number;
}

/** What the agent under test has to be made with. */
export interface AgentSetting extends CallLimits {
  readonly name: string;
  readonly output: Schema<{ readonly recommendation: string }>;
  /** As of `agent()`, to be passed on. */
  readonly cost?: "free";
}

/** An agent with its other side. */
export interface AgentUnderTest extends Partial<AsyncDisposable> {
  readonly agent: Agent;
  readonly peer: AgentPeer;
  /** What the model is called that it asks, where it asks one and knows: the agent is to say so. */
  readonly model?: string;
}

/** Makes an agent with a peer of its own. */
export type MakeAgent = (setting: AgentSetting) => AgentUnderTest | Promise<AgentUnderTest>;

/**
 * What a kind of agent cannot do, so that its cases are left out:
 *
 * - `"usage"`: its peer cannot say what it used.
 * - `"cached"`, `"reasoning"`: its peer cannot say which tokens were read from a cache, or were reasoning.
 * - `"silence"`: its peer always says what it used.
 * - `"statuses"`: its peer cannot fail as HTTP does.
 * - `"shape"`: its peer makes its model keep to the shape of the answer by itself, and gives no other.
 * - `"once"`: its peer asks again by itself when a request fails, and nothing keeps it from that.
 */
export type AgentLacks =
  | "usage"
  | "cached"
  | "reasoning"
  | "silence"
  | "statuses"
  | "shape"
  | "once";
