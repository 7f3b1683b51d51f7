import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { QuorateError } from "../model/errors.ts";
import { badEnd } from "../program/failure.ts";
import { startProgram, type Program, type StartedProgram } from "../program/start-program.ts";
import type { McpClientSdk } from "./load.ts";

/** A connection with a server that is a program of ours. */
export interface StdioConnection extends Transport {
  /** Why nothing comes any more; `undefined` while something may. */
  readonly fault: () => QuorateError | undefined;
}

const NEWLINE = 10;
const KEPT_CHARS = 4_096;

/**
 * A transport over the standard input and output of a program, which is started in a process group of its own. A message has at most
 * `maxBytes`; what is no message is passed over. When it is closed, the program is told by the end of its input, then by a signal after
 * `closeAfterMs`, and `close` resolves when nothing of it is left.
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
  /** What was asked and is not answered yet: the SDK would take an id of another type for the same. */
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
      // Servers print: what is no message is nobody's answer.
      return;
    }
    if (!("method" in message) && !open.delete(message.id)) return;
    transport.onmessage?.(message);
  }

  function flooded(): void {
    const { agent, maxBytes } = program;
    const why = `${agent}: its server sent a message of more than ${maxBytes} bytes and was ended; raise maxBytes, or ask for less`;
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
      // One that has gone takes nothing more; how it ended says why.
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
