import type { Readable, Writable } from "node:stream";
import type { AnyMessage, ndJsonStream, Stream } from "@agentclientprotocol/sdk";
import { QuorateError } from "../model/errors.ts";
import { fields, type Fields } from "../model/record.ts";

/** The messages between an agent and its client, checked and limited. */
export interface Wire extends Stream {
  /** Passes on each update of this session from now on. */
  follow(sessionId: string): void;
}

/** What is done with what an agent says. */
export interface WireOptions {
  /** The agent's name, for messages. */
  readonly agent: string;
  readonly makeStream: typeof ndJsonStream;
  /** Takes the updates of a session, in order with the agent's other messages. If it throws, the connection ends. */
  readonly update: (update: unknown) => void;
}

/** An agent reports everything that it does, file by file: much more than its answer. None of it is kept. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;
/** How often an agent may send its client a request. Each one is answered. */
const MAX_REQUESTS = 10_000;

/**
 * Messages to and from a program, one on each line. Unexpected ones are dropped: answers without a question, notifications that are not updates
 * of the session, and updates after the response to its prompt.
 */
export function wire(
  { stdin, stdout }: { readonly stdin: Writable; readonly stdout: Readable },
  { agent, makeStream, update }: WireOptions,
): Wire {
  const waiting = new Set<unknown>();
  let prompt: unknown;
  let followed: string | undefined;
  let requests = 0;

  /** Whether a message is passed on to the connection. */
  function isHandedOn(message: Fields): boolean {
    const { method, id, params } = message;
    if (typeof method !== "string") {
      if (id === prompt) followed = undefined;
      return waiting.delete(id);
    }
    if ("id" in message) {
      requests += 1;
      if (requests <= MAX_REQUESTS) return true;
      throw flooded(agent, `made more than ${MAX_REQUESTS} requests to its client`);
    }
    if (method === "session/update") {
      const { sessionId, update: told } = fields(params);
      if (followed !== undefined && sessionId === followed) update(told);
      return false;
    }
    return method === "$/cancel_request";
  }

  const lines = makeStream(bytesTo(stdin), bytesFrom(stdout, agent), {
    maxMessageBytes: MAX_LINE_BYTES,
  });
  const writer = lines.writable.getWriter();
  return {
    readable: lines.readable.pipeThrough(
      new TransformStream<AnyMessage, AnyMessage>({
        transform(message, controller) {
          if (isHandedOn(fields(message))) controller.enqueue(message);
        },
      }),
    ),
    writable: new WritableStream<AnyMessage>({
      write(message) {
        const { method, id } = fields(message);
        if (typeof method === "string" && id !== undefined) waiting.add(id);
        if (method === "session/prompt") prompt = id;
        return writer.write(message);
      },
    }),
    follow(sessionId) {
      followed = sessionId;
    },
  };
}

function flooded(agent: string, did: string): QuorateError {
  return new QuorateError("OUTPUT_TOO_LARGE", `${agent} ${did} and was stopped; ask for less`);
}

/** Writes after the reader has gone are lost: an agent that has ended is judged by what it wrote. */
function bytesTo(stdin: Writable): WritableStream<Uint8Array> {
  stdin.on("error", () => {});
  return new WritableStream({
    write: (bytes) =>
      new Promise((resolve) => {
        // If it is closed during the write, the callback may never come.
        const done = (): void => {
          stdin.off("close", done);
          resolve();
        };
        if (stdin.destroyed) return resolve();
        stdin.once("close", done);
        stdin.write(bytes, done);
      }),
  });
}

/** Keeps reading after the consumer has gone, so that the program can end. */
function bytesFrom(stdout: Readable, agent: string): ReadableStream<Uint8Array> {
  let bytes = 0;
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const over = (): void => {
        if (isOver) return;
        isOver = true;
        controller.close();
      };
      stdout.on("data", (chunk: Buffer) => {
        if (isOver) return;
        bytes += chunk.length;
        if (bytes > MAX_BYTES) {
          isOver = true;
          controller.error(flooded(agent, `wrote more than ${MAX_BYTES} bytes`));
          return;
        }
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) stdout.pause();
      });
      stdout.once("error", over).once("end", over).once("close", over);
    },
    pull() {
      stdout.resume();
    },
    cancel() {
      isOver = true;
      stdout.resume();
    },
  });
}
