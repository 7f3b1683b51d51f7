import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { QuorateError } from "../model/errors.ts";
import { badEnd } from "../program/failure.ts";
import { startProgram, type Program, type StartedProgram } from "../program/start-program.ts";
import type { McpClientSdk } from "./load.ts";

/** A connection to a server that this process started. */
export interface StdioConnection extends Transport {
  /** Why the connection is over; `undefined` while it is open. */
  readonly fault: () => QuorateError | undefined;
}

const NEWLINE = 10;
const KEPT_CHARS = 4_096;

/**
 * A transport over the standard input and output of a program, which is started in its own process group. A message has at most `maxBytes`;
 * output that is not a message is ignored. `close` ends the program's input, sends a signal after `closeAfterMs`, and resolves when all its
 * processes have ended.
 */
export function stdioTransport(
  sdk: McpClientSdk,
  program: Program,
  closeAfterMs: number,
): StdioConnection {
  let child: StartedProgram | undefined;
  let ended: Promise<void> | undefined;
  let fault: QuorateError | undefined;
  let stderr = "";
  let pending: Buffer[] = [];
  let bytes = 0;
  let isClosing = false;
  /** Ids of unanswered requests: the SDK would accept an id of another type as the same one. */
  const open = new Set<unknown>();

  function take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      bytes += at - from;
      if (bytes > program.maxBytes) return flooded();
      const line = Buffer.concat([...pending, chunk.subarray(from, at)]).toString("utf8");
      [pending, bytes, from] = [[], 0, at + 1];
      hand(line);
    }
    bytes += chunk.length - from;
    if (bytes > program.maxBytes) return flooded();
    pending.push(chunk.subarray(from));
  }

  function hand(line: string): void {
    if (fault !== undefined || line.trim() === "") return;
    let message: JSONRPCMessage;
    try {
      message = sdk.parseJSONRPCMessage(JSON.parse(line));
    } catch {
      // Servers print to their output, too.
      return;
    }
    if (!("method" in message) && !open.delete(message.id)) return;
    transport.onmessage?.(message);
  }

  function flooded(): void {
    const { agent, maxBytes } = program;
    const why = `${agent}: its server sent a message of more than ${maxBytes} bytes and was stopped; raise maxBytes, or ask for less`;
    fault ??= new QuorateError("OUTPUT_TOO_LARGE", why);
    pending = [];
    child?.stop();
  }

  const transport: StdioConnection = {
    fault: () => fault,
    async start() {
      const made = await startProgram(program);
      child = made;
      made.stdout.on("data", take);
      made.stderr.on("data", (part: Buffer) => {
        stderr = `${stderr}${part.toString("utf8")}`.slice(-KEPT_CHARS);
      });
      // A program that has ended takes no more input; its exit says why.
      made.stdin.on("error", () => {});
      ended = made.ended().then(
        ({ exitCode, endedBy }) => {
          if (!isClosing) fault ??= badEnd(program, { stdout: "", stderr, exitCode, endedBy });
        },
        (error: unknown) => {
          fault ??= error as QuorateError;
        },
      );
      void ended.then(() => transport.onclose?.());
    },
    async send(message) {
      if (child === undefined || fault !== undefined || child.stdin.writableEnded) {
        throw fault ?? new Error("the connection is closed");
      }
      const { stdin } = child;
      if ("method" in message && "id" in message) open.add(message.id);
      await new Promise<void>((resolve, reject) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) =>
          error === null || error === undefined ? resolve() : reject(error),
        );
      });
    },
    async close() {
      if (child === undefined) return;
      using _group = child;
      isClosing = true;
      child.stdin.end();
      const { stop } = child;
      const timer = setTimeout(stop, closeAfterMs);
      await ended;
      clearTimeout(timer);
    },
  };
  return transport;
}
