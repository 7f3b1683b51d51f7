/** Splits a stream into events as its text arrives. */
export interface StreamEvents {
  /** Takes a piece of text; returns the events that end in it. */
  take(text: string): readonly unknown[];
  /** What remains at the end, if the last event was not ended. */
  rest(): readonly unknown[];
}

const SSE = "text/event-stream";
const LINES: readonly string[] = [
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
];

const typeOf = (headers: Headers): string =>
  (headers.get("content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();

/** Whether a response is a stream of events. */
export const isStream = (headers: Headers): boolean => [SSE, ...LINES].includes(typeOf(headers));

/** Whether a response says that it is one JSON document. */
export const isJson = (headers: Headers): boolean => /[/+]json$/.test(typeOf(headers));

/** The contents of a stream's events: the data of server-sent events, or each line that is not empty. */
export function eventsIn(headers: Headers): StreamEvents {
  const eventOf = typeOf(headers) === SSE ? dataOf() : lineOf;
  // The beginning of the line that has not ended.
  let begun: string[] = [];
  let endedInReturn = false;
  const line = (): string => {
    const whole = begun.join("");
    begun = [];
    return whole;
  };
  return {
    take(text) {
      const [first = "", ...others] = (
        endedInReturn && text.startsWith("\n") ? text.slice(1) : text
      ).split(/\r\n|\n|\r/);
      if (text !== "") endedInReturn = text.endsWith("\r");
      begun.push(first);
      return others.flatMap((next) => {
        const events = eventOf(line());
        begun.push(next);
        return events;
      });
    },
    rest: () => [...eventOf(line()), ...eventOf("")],
  };
}

type EventOf = (line: string) => readonly unknown[];

const lineOf: EventOf = (line) => (line.trim() === "" ? [] : [documentIn(line)]);

/** An event ends with an empty line (HTML, 9.2.6). */
function dataOf(): EventOf {
  let data: string[] = [];
  return (line) => {
    const [, said] = /^data(?:: ?(.*))?$/s.exec(line) ?? [];
    if (line.startsWith("data") && said !== undefined) data.push(said);
    if (line !== "" || data.length === 0) return [];
    const whole = data.join("\n");
    data = [];
    // The end marker of many services.
    return whole === "[DONE]" ? [] : [documentIn(whole)];
  };
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
