import type { IncomingMessage } from "node:http";
import { QuorateError } from "../model/errors.ts";
import { clip } from "../model/text.ts";
import type { Guard } from "./guarded-fetch.ts";
import { refusal } from "./refusal.ts";

/**
 * The body of a response as it arrives, up to `maxBytes`. A body that is declared larger or is compressed is not read at all. The signal ends
 * it with its reason, whether or not it is being read.
 */
export function boundedBody(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
  guard: Guard,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stop = (): void => void response.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  response.once("close", () => signal?.removeEventListener("abort", stop));
  // A reader gets the error; without a reader it must not be thrown.
  response.on("error", () => {});
  const parts = partsOf(response, signal, guard);
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        // First, since the generator ends only when the stream that it waits for does.
        response.destroy();
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* partsOf(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
  { agent, maxBytes }: Guard,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let bytes = 0;
  const check = (): void => {
    if (bytes <= maxBytes) return;
    throw new QuorateError(
      "OUTPUT_TOO_LARGE",
      `the answer to ${agent} is larger than ${maxBytes} bytes; raise maxBytes, or have the endpoint answer with less`,
    );
  };
  try {
    const { "content-encoding": coding = "identity", "content-length": length } = response.headers;
    if (coding !== "identity") {
      throw refusal(
        `the answer to ${agent} has the content-encoding ${clip(coding, 50)}, which was not asked for; have the endpoint answer without it`,
      );
    }
    bytes = Number(length ?? 0);
    check();
    bytes = 0;
    for await (const part of response as AsyncIterable<Buffer<ArrayBuffer>>) {
      bytes += part.length;
      check();
      yield part;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof QuorateError) throw error;
    const message = `${agent}: the answer broke off after ${bytes} bytes; ask again`;
    throw new QuorateError("AGENT_FAILED", message, { cause: error });
  } finally {
    response.destroy();
  }
}
