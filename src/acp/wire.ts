import type { Readable, Writable } from "node:stream";
import type { AnyMessage, ndJsonStream, Stream } from "@agentclientprotocol/sdk";
import { QuorateError } from "../model/errors.ts";
import { fields, type Fields } from "../model/record.ts";

/** What an agent and its client say to each other, looked at and bounded. */
export interface Wire extends Stream {
  /** Hands on each update of this session from now on. */
  follow(sessionId: string): void;
}

/** What is done with what an agent says. */
export interface WireOptions {
  /** Whose it is, for messages. */
  readonly agent: string;
  readonly makeStream: typeof ndJsonStream;
  /** Takes the updates of a session, each before whatever the agent said after it. What it throws ends the connection. */
  readonly update: (update: unknown) => void;
}

/** An agent tells of all that it does, file by file: much more than its answer. None of it is kept. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;
/** How often an agent may ask its client for something. Each time it is answered. */
const MAX_REQUESTS = 10_000;

/**
 * Messages to and from a program, one on a line. What nobody asked for is dropped before anybody is confused by it: answers to no question,
 * notifications that are no update of the session, updates after the answer to its prompt.
 */
export function wire(
  { stdin, stdout }: { readonly stdin: Writable; readonly stdout: Readable },
  { agent, makeStream, update }: WireOptions,
): Wire {
  const waiting = new Set<unknown>();
  let prompt: unknown;
  let followed: string | undefined;
  let requests = 0;

  /** Whether a message is handed on to the connection. */
  function isHandedOn(message: Fields): boolean {
    const { method, id, params } = message;
    if (typeof method !== "string") {
      if (id === prompt) followed = undefined;
      return waiting.delete(id);
    }
    if ("id" in message) {
      requests += 1;
      if (requests <= MAX_REQUESTS) return true;
      throw flooded(agent, `asked its client more than ${MAX_REQUESTS} times`);
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
  return new QuorateError("OUTPUT_TOO_LARGE", `${agent} ${did} and was ended; ask less of it`);
}

/** What is written when nobody reads any more is lost: whoever has ended is known by what it wrote. */
function bytesTo(stdin: Writable): WritableStream<Uint8Array> {
  stdin.on("error", () => {});
  return new WritableStream({
    write: (bytes) =>
      new Promise((resolve) => {
        // Where it is closed in the middle of that, the callback may never come.
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

/** What nobody reads any more goes on to be taken, so that its writer comes to an end. */
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
