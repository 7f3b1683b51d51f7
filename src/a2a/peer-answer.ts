import type { Message, Part, Task } from "@a2a-js/sdk";
import type { Usage } from "../model/call.ts";
import type { Json } from "../model/json.ts";
import { jsonIn, unreadable } from "../prompt/json-answer.ts";

/** A file in an answer, as the peer describes it. Quorate does not fetch it. */
export interface A2aFile {
  readonly name: string;
  readonly mediaType: string;
  /** The file's content, if the answer includes it; else it is at `url`. */
  readonly bytes?: Uint8Array;
  readonly url?: string;
}

/** A peer's answer. */
export interface A2aAnswer {
  /** The texts of its artifacts, joined with line breaks; without artifacts, those of its last message. */
  readonly text: string;
  /** The values in the artifacts, in order. */
  readonly data: readonly Json[];
  readonly files: readonly A2aFile[];
  /** The id of its task; `undefined` if it answered with a message only. */
  readonly taskId: string | undefined;
  /** The metadata of the task or message. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The answer in a peer's task: its artifacts, else its last message. */
export function taskAnswer({ id, artifacts, status, metadata }: Task): A2aAnswer {
  const own = artifacts.flatMap(({ parts }) => parts);
  const parts = own.length > 0 ? own : (status?.message?.parts ?? []);
  return answerOf(parts, id, metadata);
}

/** The answer in a message. */
export function messageAnswer({ parts, metadata }: Message): A2aAnswer {
  return answerOf(parts, undefined, metadata);
}

/** The texts of a message, joined with line breaks. */
export function textsOf(parts: readonly Part[]): string {
  return parts
    .flatMap(({ content }) => (content?.$case === "text" ? [content.value] : []))
    .join("\n");
}

/** The values of a message. */
export function valuesOf(parts: readonly Part[]): readonly Json[] {
  return parts.flatMap(({ content }) =>
    content?.$case === "data" && content.value !== undefined ? [content.value as Json] : [],
  );
}

function answerOf(
  parts: readonly Part[],
  taskId: string | undefined,
  metadata: Task["metadata"],
): A2aAnswer {
  return Object.freeze({
    text: textsOf(parts),
    data: Object.freeze(valuesOf(parts)),
    files: Object.freeze(parts.flatMap(fileIn)),
    taskId,
    metadata: metadata ?? {},
  });
}

function fileIn({ content, filename: name, mediaType }: Part): readonly A2aFile[] {
  switch (content?.$case) {
    case "raw":
      return [{ name, mediaType, bytes: content.value }];
    case "url":
      return [{ name, mediaType, url: content.value }];
    default:
      return [];
  }
}

/** The default reading of an answer: its value; else its text, or the text's last JSON document if the answer has a schema. */
export function plainAnswer({ text, data, files }: A2aAnswer, isShaped: boolean): unknown {
  const [value, another] = data;
  if (value !== undefined && another === undefined) return value;
  if (another !== undefined) {
    throw unreadable(
      `its answer has ${data.length} values; have the peer answer with one, or give read`,
    );
  }
  if (isShaped) return jsonIn(text);
  if (text !== "") return text;
  const has = files.length > 0 ? "only files" : "nothing in it";
  throw unreadable(`its answer has ${has}; have the peer answer with a text or a value`);
}

const MAX_PARTS = 50;
const MAX_MODEL_CHARS = 200;
const COUNTED: readonly (keyof Usage)[] = [
  "usdMicros",
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "reasoningTokens",
];
/** The model's name of a part that does not name one. */
const UNREPORTED = "unreported";

/**
 * The usage that a peer reports: `usage` in its metadata, one part or a list, each with `model`, `usdMicros`, `inputTokens` and so on as in
 * `context.report`. A part without amounts is unknown, so that the total is unknown, too.
 */
export function usageIn(metadata: Readonly<Record<string, unknown>>): readonly Usage[] {
  const { usage } = metadata;
  const list: readonly unknown[] = Array.isArray(usage)
    ? usage
    : usage === undefined
      ? []
      : [usage];
  const parts = list.slice(0, MAX_PARTS).map(partOf);
  const isAnyKnown = parts.some((part) => Object.keys(part).some((name) => name !== "model"));
  if (!isAnyKnown) return [];
  return parts.map((part) =>
    Object.keys(part).some((name) => name !== "model")
      ? part
      : { model: part.model ?? UNREPORTED, inputTokens: 0 },
  );
}

function partOf(given: unknown): Usage {
  const fields = Object(given) as Readonly<Record<string, unknown>>;
  const { model } = fields;
  const amounts = COUNTED.flatMap((name) => {
    const amount = fields[name];
    return typeof amount === "number" && Number.isFinite(amount) && amount >= 0
      ? [[name, amount] as const]
      : [];
  });
  return {
    ...(typeof model === "string" && model !== "" && { model: model.slice(0, MAX_MODEL_CHARS) }),
    ...Object.fromEntries(amounts),
  };
}
