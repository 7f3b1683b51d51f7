import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AgentCard, Role, TaskState, type Message, type Part } from "@a2a-js/sdk";
import {
  AgentEvent,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
  type AgentExecutor,
  type ExecutionEventBus,
  type RequestContext,
} from "@a2a-js/sdk/server";

/** A task of the official server, as its executor works on it. */
export interface Working {
  readonly taskId: string;
  readonly contextId: string;
  readonly message: Message;
  readonly tell: (state: keyof typeof TaskState, text?: string, metadata?: object) => void;
  readonly artifact: (
    parts: Part[],
    more?: { readonly append?: boolean; readonly id?: string },
  ) => void;
  /** Aborted when somebody cancels the task. */
  readonly cancelled: AbortSignal;
}

export interface SdkServerOptions {
  /** What is done for each message; the task has been told of before. */
  readonly work: (working: Working) => Promise<void> | void;
  /** What is done when a task is cancelled, before it is told to be. */
  readonly onCancel?: (working: Working) => void;
  readonly streaming?: boolean;
  /** Changes the card, as JSON. */
  readonly card?: (card: Record<string, unknown>, at: string) => unknown;
  /** Whether what a message is answered with stays here, as if it were lost on the way. */
  readonly keepsFirst?: () => boolean;
  /** Answers a request before the official server sees it, by doing so and saying true. */
  readonly before?: (request: IncomingMessage, response: ServerResponse, body: string) => boolean;
}

export interface SdkServer extends AsyncDisposable {
  readonly at: string;
  /** The methods that were called, in their order. */
  readonly called: readonly string[];
  /** How many tasks were begun. */
  readonly begun: () => number;
}

/** A peer made with the official SDK, at a port of this machine. */
export async function sdkServer(options: SdkServerOptions): Promise<SdkServer> {
  const { streaming = true, before } = options;
  const called: string[] = [];
  const begun = new Set<string>();
  const working = new Map<string, { readonly working: Working; readonly stop: AbortController }>();

  const executor: AgentExecutor = {
    async execute(context: RequestContext, bus: ExecutionEventBus) {
      const { taskId, contextId, userMessage: message } = context;
      begun.add(taskId);
      const stop = new AbortController();
      const one: Working = {
        taskId,
        contextId,
        message,
        cancelled: stop.signal,
        tell(state, said, metadata) {
          const status = {
            state: TaskState[state],
            message: said === undefined ? undefined : agentMessage(one, said),
            timestamp: new Date().toISOString(),
          };
          bus.publish(
            AgentEvent.statusUpdate({
              taskId,
              contextId,
              status,
              metadata: metadata as Record<string, unknown> | undefined,
            }),
          );
        },
        artifact(parts, { append = false, id = "answer" } = {}) {
          const artifact = {
            artifactId: id,
            name: "",
            description: "",
            parts,
            metadata: undefined,
            extensions: [],
          };
          bus.publish(
            AgentEvent.artifactUpdate({
              taskId,
              contextId,
              artifact,
              append,
              lastChunk: true,
              metadata: undefined,
            }),
          );
        },
      };
      working.set(taskId, { working: one, stop });
      const status = {
        state: TaskState.TASK_STATE_SUBMITTED,
        message: undefined,
        timestamp: new Date().toISOString(),
      };
      bus.publish(
        AgentEvent.task(
          context.task ?? {
            id: taskId,
            contextId,
            status,
            artifacts: [],
            history: [message],
            metadata: undefined,
          },
        ),
      );
      await options.work(one);
    },
    async cancelTask(taskId) {
      const found = working.get(taskId);
      if (found === undefined) return;
      options.onCancel?.(found.working);
      found.stop.abort();
      found.working.tell("TASK_STATE_CANCELED");
    },
  };

  const answers: { handler?: JsonRpcTransportHandler; card?: unknown } = {};
  const http = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const method = (JSON.parse(body || "{}") as { method?: string }).method ?? request.url ?? "";
      called.push(method);
      if (before?.(request, response, body) === true) return;
      if (request.method === "GET") {
        response.setHeader("Content-Type", "application/json");
        const { card } = answers;
        response.end(typeof card === "string" ? card : JSON.stringify(card));
        return;
      }
      void answer(request, response, body);
    });
  });
  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
  ): Promise<void> {
    const context = new ServerCallContext({
      requestedVersion: String(request.headers["a2a-version"]),
    });
    if (answers.handler === undefined) throw new Error("it is not there yet");
    const said = await answers.handler.handle(body, context);
    if (!(Symbol.asyncIterator in said)) {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(said));
      return;
    }
    response.setHeader("Content-Type", "text/event-stream");
    try {
      for await (const event of said)
        if (options.keepsFirst?.() !== true) response.write(`data: ${JSON.stringify(event)}\n\n`);
    } catch (error) {
      const { id } = JSON.parse(body) as { id: number };
      response.write(
        `data: ${JSON.stringify({ jsonrpc: "2.0", id, error: JsonRpcTransportHandler.mapToJSONRPCError(error) })}\n\n`,
      );
    }
    response.end();
  }
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const made = cardAt(at, streaming);
  const json = AgentCard.toJSON(made) as Record<string, unknown>;
  answers.card = options.card?.(json, at) ?? json;
  answers.handler = new JsonRpcTransportHandler(
    new DefaultRequestHandler(made, new InMemoryTaskStore(), executor),
  );
  return {
    at,
    called,
    begun: () => begun.size,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export function agentMessage(
  { taskId, contextId }: Pick<Working, "taskId" | "contextId">,
  said: string,
): Message {
  return {
    messageId: randomUUID(),
    taskId,
    contextId,
    role: Role.ROLE_AGENT,
    parts: [
      {
        content: { $case: "text", value: said },
        metadata: undefined,
        filename: "",
        mediaType: "text/plain",
      },
    ],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

function cardAt(at: string, streaming: boolean): AgentCard {
  return {
    name: "peer",
    description: "A peer of the tests.",
    version: "1",
    supportedInterfaces: [
      { url: `${at}/rpc`, protocolBinding: "JSONRPC", protocolVersion: "1.0", tenant: "" },
    ],
    provider: undefined,
    capabilities: { streaming, pushNotifications: false, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["application/json"],
    skills: [
      {
        id: "review",
        name: "review",
        description: "Reviews.",
        tags: [],
        examples: [],
        inputModes: ["application/json"],
        outputModes: [],
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
}
