import type { Task } from "@a2a-js/sdk";
import { QuorateError } from "../model/errors.ts";
import { refusal } from "../http/refusal.ts";
import { textsOf } from "./peer-answer.ts";
import { saidByPeer, type FailingPeer } from "./peer-failure.ts";
import { peerState } from "./task-state.ts";

/** The error for a task that ended without an answer. A retry does not change what the peer has decided. */
export function badEnd(task: Task, peer: FailingPeer): QuorateError {
  const { agent } = peer;
  const said = saidIn(task, peer);
  switch (peerState(task)) {
    case "failed":
      return new QuorateError("AGENT_FAILED", `${agent}: its peer failed the task: ${said}`, {
        cause: new Error(said),
      });
    case "rejected":
      return refusal(`${agent}: its peer rejected the task: ${said}; ask for something else`);
    case "canceled":
      return refusal(`${agent}: its peer cancelled the task: ${said}; ask its operator why`);
    case "auth-required":
      return refusal(
        `${agent}: its peer asks for a login: ${said}; give the credentials in headers`,
      );
    default:
      return refusal(
        `${agent}: its peer left the task as ${peerState(task)}: ${said}; ask its operator why`,
      );
  }
}

/** The error for a peer's question without a `reply`. */
export function asksInVain(task: Task, peer: FailingPeer): QuorateError {
  return refusal(
    `${peer.agent}: its peer asked a question, and the agent has no reply function: ${saidIn(task, peer)}; answer the question in prompt, or give reply`,
  );
}

function saidIn({ status }: Task, { secrets }: FailingPeer): string {
  // It stands in the middle of a sentence.
  const text = saidByPeer(textsOf(status?.message?.parts ?? []), secrets).replace(
    /(?<![.\s])[.\s]+$/,
    "",
  );
  return text === "" ? "it did not say why" : text;
}
