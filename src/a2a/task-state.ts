import type { Artifact, Part, StreamResponse, Task } from "@a2a-js/sdk";

/** The state of a task, by the protocol's number. */
export type PeerState =
  | "unknown"
  | "submitted"
  | "working"
  | "completed"
  | "failed"
  | "canceled"
  | "input-required"
  | "rejected"
  | "auth-required";

const STATES: readonly PeerState[] = [
  "unknown",
  "submitted",
  "working",
  "completed",
  "failed",
  "canceled",
  "input-required",
  "rejected",
  "auth-required",
];

export function peerState({ status }: Pick<Task, "status">): PeerState {
  return STATES[status?.state ?? 0] ?? "unknown";
}

/** Whether the task changes no more by itself: it is over, or waits for its client. */
export function isSettled(task: Task): boolean {
  const state = peerState(task);
  return state !== "unknown" && state !== "submitted" && state !== "working";
}

/** Whether the peer no longer works on the task, whatever it is sent. */
export function isOver(task: Task): boolean {
  return isSettled(task) && !["input-required", "auth-required"].includes(peerState(task));
}

/** A task after an event of a stream. An event about another task changes nothing. */
export function updated(task: Task | undefined, { payload }: StreamResponse): Task | undefined {
  switch (payload?.$case) {
    case "task":
      return task === undefined || task.id === payload.value.id ? payload.value : task;
    case "statusUpdate": {
      const { taskId, status, metadata } = payload.value;
      if (task === undefined || taskId !== task.id) return task;
      return { ...task, status, metadata: { ...task.metadata, ...metadata } };
    }
    case "artifactUpdate": {
      const { taskId, artifact, append } = payload.value;
      if (task === undefined || taskId !== task.id || artifact === undefined) return task;
      return { ...task, artifacts: withArtifact(task.artifacts, artifact, append) };
    }
    default:
      return task;
  }
}

const MAX_ARTIFACTS = 1_000;
const MAX_PARTS = 10_000;

/** Whether a task has too many pieces: adding each one costs more than the one before. */
export function isInPieces({ artifacts }: Task): boolean {
  const parts =
    artifacts.length > MAX_ARTIFACTS
      ? Infinity
      : artifacts.reduce((sum, one) => sum + one.parts.length, 0);
  return parts > MAX_PARTS;
}

function withArtifact(artifacts: Artifact[], artifact: Artifact, append: boolean): Artifact[] {
  const at = artifacts.findIndex(({ artifactId }) => artifactId === artifact.artifactId);
  const before = artifacts[at];
  if (before === undefined) return [...artifacts, artifact];
  const parts: Part[] = append ? joined(before.parts, artifact.parts) : artifact.parts;
  return artifacts.with(at, { ...artifact, parts });
}

/** Consecutive texts become one. */
function joined(before: Part[], more: Part[]): Part[] {
  const last = before.at(-1);
  const [next, ...others] = more;
  if (last?.content?.$case !== "text" || next?.content?.$case !== "text")
    return [...before, ...more];
  const value = last.content.value + next.content.value;
  return [...before.slice(0, -1), { ...last, content: { $case: "text", value } }, ...others];
}
