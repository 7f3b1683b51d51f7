import { sha256 } from "../model/hash.ts";

/** What is kept of a task that goes on at a peer, so that whoever goes on with the run goes on with it. */
export interface RememberedTask {
  /** Where it goes on. */
  readonly peer: string;
  readonly contextId: string;
  readonly messageId: string;
  /** Its id; not there while nobody had told it yet. */
  readonly taskId?: string;
}

/** What an attempt said before its process died, where it was said by this adapter of this peer. */
export function rememberedTask(checkpointed: unknown, peer: string): RememberedTask | undefined {
  const { taskId, contextId, messageId, ...said } = Object(checkpointed) as Readonly<
    Record<string, unknown>
  >;
  if (said["peer"] !== peer || typeof contextId !== "string" || typeof messageId !== "string") {
    return undefined;
  }
  return { peer, contextId, messageId, ...(typeof taskId === "string" && { taskId }) };
}

/** Ids that are the same for the same attempt, so that a peer knows a message that comes again. */
export function idsFor(
  idempotencyKey: string,
  attempt: number,
): Pick<RememberedTask, "contextId" | "messageId"> {
  return {
    contextId: `quorate-${sha256(JSON.stringify(["context", idempotencyKey, attempt])).slice(0, 32)}`,
    messageId: `quorate-${sha256(JSON.stringify(["message", idempotencyKey, attempt])).slice(0, 32)}`,
  };
}
