import { sha256 } from "../model/hash.ts";

/** What is kept of a running task at a peer, so that the process that resumes the run continues it. */
export interface RememberedTask {
  /** The peer's URL. */
  readonly peer: string;
  readonly contextId: string;
  readonly messageId: string;
  /** The task's id; missing until the peer has said it. */
  readonly taskId?: string;
}

/** What an attempt kept before its process died, if this adapter kept it for this peer. */
export function rememberedTask(checkpointed: unknown, peer: string): RememberedTask | undefined {
  const { taskId, contextId, messageId, ...said } = Object(checkpointed) as Readonly<
    Record<string, unknown>
  >;
  if (said["peer"] !== peer || typeof contextId !== "string" || typeof messageId !== "string") {
    return undefined;
  }
  return { peer, contextId, messageId, ...(typeof taskId === "string" && { taskId }) };
}

/** Ids that stay the same for an attempt, so that a peer recognises a repeated message. */
export function idsFor(
  idempotencyKey: string,
  attempt: number,
): Pick<RememberedTask, "contextId" | "messageId"> {
  return {
    contextId: `quorate-${sha256(JSON.stringify(["context", idempotencyKey, attempt])).slice(0, 32)}`,
    messageId: `quorate-${sha256(JSON.stringify(["message", idempotencyKey, attempt])).slice(0, 32)}`,
  };
}
