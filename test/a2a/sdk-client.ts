import { randomUUID } from "node:crypto";
import { Role, TaskState, type Message, type Part, type StreamResponse } from "@a2a-js/sdk";
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  type Client,
} from "@a2a-js/sdk/client";

/** The official client of an agent, at the address that its card stands below; it asks with a token. */
export function sdkClient(at: string, token: string): Promise<Client> {
  const fetchImpl: typeof fetch = (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...(init?.headers as object), Authorization: `Bearer ${token}` },
    });
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  });
  return factory.createFromUrl(at.endsWith("/") ? at : `${at}/`);
}

export const text = (value: string): Part => ({
  content: { $case: "text", value },
  metadata: undefined,
  filename: "",
  mediaType: "text/plain",
});

export const data = (value: unknown): Part => ({
  content: { $case: "data", value },
  metadata: undefined,
  filename: "",
  mediaType: "application/json",
});

/** A message of a user, with what `more` says. */
export function message(parts: Part[], more: Partial<Message> = {}): Message {
  return {
    messageId: randomUUID(),
    contextId: "",
    taskId: "",
    role: Role.ROLE_USER,
    parts,
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...more,
  };
}

export interface SendingOptions {
  readonly returnImmediately?: boolean;
}

export function sending(sent: Message, { returnImmediately = false }: SendingOptions = {}) {
  return {
    tenant: "",
    message: sent,
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately,
    },
    metadata: undefined,
  };
}

/** What came over a stream, in a word each: the task, or its state, or an artifact. */
export function said({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case "task":
      return `task ${TaskState[payload.value.status?.state ?? 0]}`;
    case "statusUpdate":
      return TaskState[payload.value.status?.state ?? 0] ?? "";
    case "artifactUpdate":
      return `artifact ${payload.value.artifact?.artifactId}`;
    default:
      return payload?.$case ?? "nothing";
  }
}
