import { QuorateError } from "../model/errors.ts";
import { fields, type Fields } from "../model/record.ts";
import { tailOf } from "../program/failure.ts";
import { textIn } from "../program/coding-agent.ts";

/** Collects what an agent says in one session. */
export interface Transcript {
  /** Takes an update of the session. Throws for one that ends the conversation. */
  take(update: unknown): void;
  /** What its model said. If the agent gives its messages ids, without text outside of them, such as warnings. */
  spoken(): Spoken;
  /** The last cost that it reported, which is that of the whole session. */
  readonly cost: unknown;
  /** From now on, the agent fails if it changes to another mode; `undefined`: any mode is allowed. */
  holdTo(mode: string | undefined): void;
}

/** What an agent's model said in one turn. */
export interface Spoken {
  /** All messages, separated by empty lines. */
  readonly all: string;
  /** The last message. */
  readonly last: string;
  /** Whether its messages have ids. */
  readonly hasIds: boolean;
  /** The text outside of messages with an id. */
  readonly aside: string;
  /** Whether that text came last. */
  readonly endsAside: boolean;
}

/** What the transcript needs to know. */
export interface TranscriptOptions {
  /** The agent's name, for messages. */
  readonly agent: string;
  /** The most bytes of all that its model says. */
  readonly maxBytes: number;
  /** Called when the agent uses a tool. */
  readonly toolUsed: (tool: { readonly kind: string; readonly title: string }) => void;
}

export function transcript({ agent, maxBytes, toolUsed }: TranscriptOptions): Transcript {
  let bytes = 0;
  let cost: unknown;
  let heldTo: string | undefined;
  let endsAside = false;
  // Text of messages with an id, and text without: an agent may give no ids at all.
  const [named, plain] = [messages(), messages()];

  function say(chunk: Fields): void {
    const text = textIn(chunk["content"], "text");
    if (text === "") return;
    bytes += Buffer.byteLength(text);
    if (bytes > maxBytes) {
      const why = `${agent} answered with more than ${maxBytes} bytes and was stopped`;
      throw new QuorateError("OUTPUT_TOO_LARGE", `${why}; raise maxBytes, or ask for less`);
    }
    const id = textIn(chunk, "messageId");
    endsAside = id === "";
    if (endsAside) plain.add(text);
    else named.add(text, id);
  }

  function modeChanged(mode: unknown): void {
    if (heldTo === undefined || mode === heldTo || typeof mode !== "string") return;
    const why = `${agent} changed its mode from "${heldTo}" to "${tailOf(mode)}" by itself and was stopped`;
    throw new QuorateError("AGENT_FAILED", `${why}; prevent that in its own settings`, {
      cause: Object.assign(new Error(why), { retryable: false }),
    });
  }

  return {
    take(given) {
      const update = fields(given);
      switch (update["sessionUpdate"]) {
        case "agent_message_chunk":
          say(update);
          return;
        case "tool_call":
          // Text after it is another message.
          plain.end();
          toolUsed({ kind: textIn(update, "kind") || "other", title: textIn(update, "title") });
          return;
        case "usage_update":
          cost = update["cost"] ?? cost;
          return;
        case "current_mode_update":
          modeChanged(update["currentModeId"]);
          return;
        case "config_option_update":
          modeChanged(modeOption(update["configOptions"])?.["currentValue"]);
          return;
        default:
      }
    },
    spoken() {
      const hasIds = !named.isEmpty();
      const { all, last } = hasIds ? named : plain;
      return { all: all(), last: last(), hasIds, aside: plain.all(), endsAside };
    },
    get cost() {
      return cost;
    },
    holdTo(mode) {
      heldTo = mode;
    },
  };
}

/** The session option that is its mode, if it has one. */
export function modeOption(options: unknown): Fields | undefined {
  const list: readonly unknown[] = Array.isArray(options) ? options : [];
  return list
    .map(fields)
    .find(({ category, type }) => category === "mode" && (type ?? "select") === "select");
}

interface Messages {
  add(text: string, id?: string): void;
  end(): void;
  all(): string;
  last(): string;
  isEmpty(): boolean;
}

function messages(): Messages {
  let [before, current] = ["", ""];
  let currentId: string | undefined;
  const end = (): void => {
    if (current !== "") before += `${current}\n\n`;
    current = "";
  };
  return {
    add(text, id) {
      if (id !== currentId) end();
      currentId = id;
      current += text;
    },
    end,
    all: () => (before + current).trim(),
    last: () => (current === "" ? before : current).trim(),
    isEmpty: () => before === "" && current === "",
  };
}
