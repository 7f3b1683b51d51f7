/** Takes a stream apart as its text comes. */
export interface StreamEvents {
  /** The events that end in this text. */
  take(text: string): readonly unknown[];
  /** What is left at the end, where the last event was not ended. */
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

/** What the events of a stream say: of server-sent events their data, of lines each that is not empty. */
export function eventsIn(headers: Headers): StreamEvents {
  const eventOf = typeOf(headers) === SSE ? dataOf() : lineOf;
  // What there is of the line that has not ended.
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
    // How many services say that nothing more comes.
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
