import type { RunEvent } from "../../../src/model/events.ts";
import { Refused } from "./refused.ts";

// Server-sent events in the form of the HTML standard: lines, and an empty one after each event. Read without EventSource, which does not
// distinguish a server that refuses from one that is unreachable, and does not say when it retries.

/** What arrived in one piece: events, or the end. An empty one shows that the connection is alive. */
export interface StreamPart {
  readonly events: readonly RunEvent[];
  readonly ended: boolean;
}

/** More than an event of the log can have: anything longer does not come from the server. */
const MOST_CHARS = 64_000_000;

/** The parts of a stream, one for each piece that the network delivers. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamPart> {
  const reader = body.pipeThrough(new TextDecoderStream() as TextDecoder & ReadWrite).getReader();
  try {
    const read = lineReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const part = read(value);
      yield part;
      if (part.ended) return;
    }
  } finally {
    // A reader that stops early closes the connection.
    await reader.cancel().catch(() => {});
  }
}

type ReadWrite = ReadableWritablePair<string, Uint8Array>;

function lineReader(): (text: string) => StreamPart {
  let rest: string[] = [];
  let length = 0;
  let type = "";
  let data: string[] = [];
  return (text) => {
    const events: RunEvent[] = [];
    let ended = false;
    const lines = text.split("\n");
    const last = lines.pop() ?? "";
    for (const [index, piece] of lines.entries()) {
      const line = (index === 0 ? [...rest, piece].join("") : piece).replace(/\r$/, "");
      if (index === 0) [rest, length] = [[], 0];
      if (line === "") {
        if (type === "end") ended = true;
        else if (data.length > 0 && (type === "" || type === "message")) {
          events.push(JSON.parse(data.join("\n")) as RunEvent);
        }
        [type, data] = ["", []];
        continue;
      }
      const [, field, value = ""] = /^([^:]*):? ?([^]*)$/.exec(line) ?? [];
      if (field === "event") type = value;
      if (field === "data") data.push(value);
    }
    rest.push(last);
    length += last.length;
    if (length > MOST_CHARS) {
      throw new Refused(0, "TOO_LARGE", "The server sent an event that is too large to be shown.");
    }
    return { events, ended };
  };
}
