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
      return refusal(
        `${agent}: its peer does not take the task: ${said}; ask it for something else`,
      );
    case "canceled":
      return refusal(`${agent}: the task was cancelled at its peer: ${said}; ask there why`);
    case "auth-required":
      return refusal(`${agent}: its peer asks for a login: ${said}; give it in headers`);
    default:
      return refusal(
        `${agent}: its peer left the task as ${peerState(task)}: ${said}; ask there why`,
      );
  }
}

/** The error for a peer's question without a `reply`. */
export function asksInVain(task: Task, peer: FailingPeer): QuorateError {
  return refusal(
    `${peer.agent}: its peer asks a question, and there is no reply: ${saidIn(task, peer)}; answer it in prompt, or give reply`,
  );
}

function saidIn({ status }: Task, { secrets }: FailingPeer): string {
  const text = saidByPeer(textsOf(status?.message?.parts ?? []), secrets);
  return text === "" ? "it does not say why" : text;
}
